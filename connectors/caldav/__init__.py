"""Any calendar: a CalDAV server's, or one that is given as an .ics address."""
