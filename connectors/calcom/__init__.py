"""Cal.com: bookings, from its hosted API or from an installation of one's own."""
