"""The properties that a portal has from the start, and the business's own.

`NAME | LABEL | TYPE/FIELD | GROUP | flags` a line; no group: that of the first line; flags: r
read-only, u unique, h hidden, o options kept elsewhere.
A selection; the live tool has hundreds more. Options stand in `OPTIONS`.
"""

CONTACTS = """
email | Email | string/text | contactinformation | u
firstname | First Name | string/text | |
lastname | Last Name | string/text | |
phone | Phone Number | string/phonenumber | |
mobilephone | Mobile Phone Number | string/phonenumber | |
company | Company Name | string/text | |
city | City | string/text | |
zip | Postal Code | string/text | |
country | Country/Region | string/text | |
jobtitle | Job Title | string/text | |
lifecyclestage | Lifecycle Stage | enumeration/radio | |
hs_lead_status | Lead Status | enumeration/radio | sales_properties |
hubspot_owner_id | Contact owner | enumeration/select | sales_properties | o
hubspot_owner_assigneddate | Owner Assigned Date | datetime/date | sales_properties | r
hubspot_team_id | HubSpot Team | enumeration/select | sales_properties | ro
associatedcompanyid | Primary Associated Company ID | number/number | | ho
hs_additional_emails | Additional email addresses | enumeration/select | | rh
hs_email_domain | Email Domain | string/text | | r
hs_email_optout | Unsubscribed from all email | bool/booleancheckbox | emailinformation | r
hs_email_optout_7610754 | Opted out of email: Newsletter | bool/booleancheckbox | | r
hs_email_optout_7610755 | Opted out of email: Offers | bool/booleancheckbox | | r
hs_legal_basis | Legal basis for processing contact's data | enumeration/checkbox | |
hs_language | Preferred language | enumeration/select | |
hs_timezone | Time Zone | enumeration/select | |
hs_analytics_source | Original Traffic Source | enumeration/select | analyticsinformation |
recent_conversion_event_name | Recent Conversion | string/text | conversioninformation | r
recent_conversion_date | Recent Conversion Date | datetime/date | conversioninformation | r
first_conversion_event_name | First Conversion | string/text | contact_activity | r
first_conversion_date | First Conversion Date | datetime/date | contact_activity | r
num_conversion_events | Number of Form Submissions | number/number | conversioninformation | r
num_unique_conversion_events | Unique forms submitted | number/number | conversioninformation | r
hs_marketable_status | Marketing contact status | enumeration/booleancheckbox | | r
hs_merged_object_ids | Merged Contact IDs | enumeration/checkbox | | r
hs_calculated_merged_vids | Merged vids with timestamps | enumeration/select | | rh
hs_all_contact_vids | All vids for a contact | enumeration/select | | rh
hs_is_contact | Is a contact | bool/calculation_read_time | | rh
hs_is_unworked | Contact unworked | bool/calculation_equation | sales_properties | r
hs_pipeline | Pipeline | enumeration/select | | ho
hs_registered_member | Registered member | number/calculation_equation | contactscripted | r
hs_membership_has_accessed_private_content | Private content | number/calculation_equation | | r
hs_currently_enrolled_in_prospecting_agent | In Prospecting Agent | bool/calculation_equation | | r
hs_lifecyclestage_lead_date | Became a Lead Date | datetime/date | | rh
hs_lifecyclestage_opportunity_date | Became an Opportunity Date | datetime/date | | rh
hs_lifecyclestage_customer_date | Became a Customer Date | datetime/date | | rh
notes_last_contacted | Last Contacted | datetime/date | contact_activity | r
notes_last_updated | Last Activity Date | datetime/date | contact_activity | r
createdate | Create Date | datetime/date | | r
lastmodifieddate | Last Modified Date | datetime/date | | r
newsletter | Newsletter | bool/booleancheckbox | studio |
birthday | Birthday | date/date | studio |
preferred_channel | Preferred channel | enumeration/select | studio |
interests | Interested in | enumeration/checkbox | studio |
feedback_score | Last feedback score (0-10) | number/number | studio |
"""
COMPANIES = """
name | Company name | string/text | companyinformation |
domain | Company Domain Name | string/text | |
phone | Phone Number | string/phonenumber | |
website | Website URL | string/text | |
city | City | string/text | |
country | Country/Region | string/text | |
industry | Industry | string/text | |
numberofemployees | Number of Employees | number/number | |
lifecyclestage | Lifecycle Stage | enumeration/radio | |
hubspot_owner_id | Company owner | enumeration/select | | o
hs_pipeline | Pipeline | enumeration/select | | r
hs_merged_object_ids | Merged Company IDs | enumeration/checkbox | | r
notes_last_contacted | Last Contacted | datetime/date | | r
notes_last_updated | Last Activity Date | datetime/date | | r
createdate | Create Date | datetime/date | | r
hs_lastmodifieddate | Last Modified Date | datetime/date | | r
"""
DEALS = """
dealname | Deal Name | string/text | dealinformation |
amount | Amount | number/number | |
deal_currency_code | Currency | enumeration/select | |
pipeline | Pipeline | enumeration/select | | o
dealstage | Deal Stage | enumeration/radio | | o
closedate | Close Date | datetime/date | |
closed_lost_reason | Closed Lost Reason | string/textarea | |
dealtype | Deal Type | enumeration/radio | |
description | Deal Description | string/textarea | |
hubspot_owner_id | Deal owner | enumeration/select | | o
hs_is_closed | Is Deal Closed? | bool/booleancheckbox | | r
hs_is_closed_won | Is Closed Won | bool/booleancheckbox | | r
hs_merged_object_ids | Merged Deal IDs | enumeration/checkbox | | r
notes_last_contacted | Last Contacted | datetime/date | | r
notes_last_updated | Last Activity Date | datetime/date | | r
createdate | Create Date | datetime/date | | r
hs_lastmodifieddate | Last Modified Date | datetime/date | | r
"""
TICKETS = """
subject | Ticket name | string/text | ticketinformation |
content | Ticket description | string/textarea | |
hs_pipeline | Pipeline | enumeration/select | | o
hs_pipeline_stage | Ticket status | enumeration/select | | o
hs_ticket_category | Category | enumeration/checkbox | |
hs_ticket_priority | Priority | enumeration/select | |
hubspot_owner_id | Ticket owner | enumeration/select | | o
closed_date | Close date | datetime/date | |
source_type | Source | enumeration/select | |
hs_merged_object_ids | Merged Ticket IDs | enumeration/checkbox | | r
createdate | Create date | datetime/date | | r
hs_lastmodifieddate | Last modified date | datetime/date | | r
"""
LEADS = """
hs_lead_name | Lead Name | string/text | leadinformation |
hs_lead_type | Lead Type | enumeration/select | |
hs_lead_label | Lead Label | enumeration/select | |
hs_pipeline | Lead pipeline | enumeration/select | | o
hs_pipeline_stage | Lead stage | enumeration/select | | o
hubspot_owner_id | Lead owner | enumeration/select | | o
hs_createdate | Create date | datetime/date | | r
hs_lastmodifieddate | Last modified date | datetime/date | | r
"""
LINE_ITEMS = """
name | Name | string/text | lineiteminformation |
hs_sku | SKU | string/text | |
hs_product_id | Product ID | number/number | |
quantity | Quantity | number/number | |
price | Unit price | number/number | |
amount | Net price | number/number | | r
createdate | Create Date | datetime/date | | r
hs_lastmodifieddate | Last Modified Date | datetime/date | | r
"""
FEEDBACK = """
hs_survey_id | Survey ID | number/number | feedbacksubmission | r
hs_survey_name | Survey name | string/text | | r
hs_survey_type | Survey type | enumeration/select | | r
hs_survey_channel | Survey channel | enumeration/select | | r
hs_submission_name | Submission name | string/text | | r
hs_submission_timestamp | Submission date | datetime/date | | r
hs_value | Rating | number/number | | r
hs_response_group | Response group | enumeration/select | | r
hs_content | Response | string/textarea | | r
hs_createdate | Create date | datetime/date | | r
hs_lastmodifieddate | Last modified date | datetime/date | | r
"""
ACTIVITY = """
hs_timestamp | Activity date | datetime/date | engagement |
hubspot_owner_id | Activity assigned to | enumeration/select | | o
hs_body_preview | Body preview | string/textarea | | r
hs_createdate | Create date | datetime/date | | r
hs_lastmodifieddate | Last modified date | datetime/date | | r
"""
MEETINGS = """
hs_meeting_title | Meeting name | string/text | meeting |
hs_meeting_body | Meeting description | string/html | |
hs_meeting_start_time | Meeting start time | datetime/date | |
hs_meeting_end_time | Meeting end time | datetime/date | |
hs_meeting_outcome | Meeting outcome | enumeration/select | |
hs_meeting_location | Meeting location | string/text | |
hs_meeting_source | Meeting source | string/text | |
hs_internal_meeting_notes | Internal meeting notes | string/html | |
hs_activity_type | Meeting type | enumeration/select | |
price | Price | number/number | studio |
"""
CALLS = """
hs_call_title | Call title | string/text | call |
hs_call_body | Call notes | string/html | |
hs_call_direction | Call direction | enumeration/select | |
hs_call_disposition | Call outcome | enumeration/select | |
hs_call_duration | Call duration | number/number | |
hs_call_status | Call status | enumeration/select | |
hs_call_from_number | From number | string/phonenumber | |
hs_call_to_number | To number | string/phonenumber | |
hs_activity_type | Call type | enumeration/select | |
booking_id | Booking (meeting id) | string/text | studio |
"""
EMAILS = """
hs_email_subject | Email subject | string/text | email |
hs_email_text | Email body | string/textarea | |
hs_email_html | Email HTML | string/html | |
hs_email_direction | Email direction | enumeration/select | |
hs_email_status | Email send status | enumeration/select | |
hs_email_from_email | Email from address | string/text | | r
hs_email_to_email | Email to address | string/text | | r
hs_email_headers | Email headers | string/textarea | |
hs_template_id | Template ID | number/number | |
booking_id | Booking (meeting id) | string/text | studio |
"""
COMMUNICATIONS = """
hs_communication_channel_type | Channel type | enumeration/select | communication |
hs_communication_logged_from | Logged from | enumeration/select | |
hs_communication_body | Body | string/html | |
booking_id | Booking (meeting id) | string/text | studio |
"""
NOTES = """
hs_note_body | Note body | string/html | note |
"""
TASKS = """
hs_task_subject | Task Title | string/text | task |
hs_task_body | Notes | string/html | |
hs_task_status | Task status | enumeration/select | |
hs_task_priority | Priority | enumeration/select | |
hs_task_type | Task Type | enumeration/select | |
hs_task_reminders | Reminders | string/text | |
hs_task_is_all_day | Is all day | bool/booleancheckbox | |
hs_task_is_overdue | Is overdue | bool/booleancheckbox | | r
hs_task_is_completed | Is completed | number/number | | r
hs_task_completion_date | Completed at | datetime/date | | r
hs_task_for_object_type | For object type | string/text | |
"""
USERS = """
hs_email | Email | string/text | user |
hs_given_name | First name | string/text | |
hs_family_name | Last name | string/text | |
hs_createdate | Create date | datetime/date | | r
hs_lastmodifieddate | Last modified date | datetime/date | | r
"""
EVERYWHERE = """
hs_object_id | Record ID | number/number | {group} | r
hs_object_source | Record creation source | string/text | {group} | rh
hs_object_source_id | Record creation source ID | string/text | {group} | rh
hs_object_source_label | Record source | enumeration/select | {group} | ro
"""
DEFINITIONS = {
    "contacts": CONTACTS,
    "companies": COMPANIES,
    "deals": DEALS,
    "tickets": TICKETS,
    "meetings": MEETINGS,
    "calls": CALLS,
    "emails": EMAILS,
    "communications": COMMUNICATIONS,
    "notes": NOTES,
    "tasks": TASKS,
    "leads": LEADS,
    "line_items": LINE_ITEMS,
    "feedback_submissions": FEEDBACK,
    "users": USERS,
}
_LIFECYCLE = (
    "subscriber=Subscriber;lead=Lead;marketingqualifiedlead=Marketing Qualified Lead;"
    "salesqualifiedlead=Sales Qualified Lead;opportunity=Opportunity;customer=Customer;"
    "evangelist=Evangelist;other=Other"
)
OPTIONS = {
    "lifecyclestage": _LIFECYCLE,
    "hs_analytics_source": (
        "ORGANIC_SEARCH=Organic Search;PAID_SEARCH=Paid Search;EMAIL_MARKETING=Email Marketing;"
        "SOCIAL_MEDIA=Organic Social;REFERRALS=Referrals;OTHER_CAMPAIGNS=Other Campaigns;"
        "DIRECT_TRAFFIC=Direct Traffic;OFFLINE=Offline Sources;PAID_SOCIAL=Paid Social"
    ),
    "hs_lead_status": (
        "NEW=New;OPEN=Open;IN_PROGRESS=In Progress;CONNECTED=Connected;BAD_TIMING=Bad Timing"
    ),
    "hs_language": "en=English;de=German;fr=French;pl=Polish",
    "hs_timezone": "europe_slash_london=UTC +00:00 Europe London",
    "preferred_channel": "email=E-mail;sms=SMS;whatsapp=WhatsApp;phone=Phone",
    "interests": "physio=Physiotherapy;massage=Massage;pilates=Pilates;gift=Gift vouchers",
    "deal_currency_code": "GBP=GBP;EUR=EUR",
    "dealtype": "newbusiness=New Business;existingbusiness=Existing Business",
    "hs_meeting_outcome": (
        "SCHEDULED=Scheduled;COMPLETED=Completed;RESCHEDULED=Rescheduled;NO_SHOW=No show;"
        "CANCELED=Canceled"
    ),
    "meetings.hs_activity_type": (
        "First consultation=First consultation;Physiotherapy=Physiotherapy;Massage=Massage;"
        "Pilates class=Pilates class;Team meeting=Team meeting"
    ),
    "calls.hs_activity_type": (
        "Enquiry=Enquiry;Reminder=Reminder;Check-in=Check-in;Feedback=Feedback"
    ),
    "hs_call_direction": "INBOUND=Inbound;OUTBOUND=Outbound",
    "hs_call_disposition": (
        "f240bbac-87c9-4f6e-bf70-924b57d47db7=Connected;"
        "73a0d17f-1163-4015-bdd5-ec830791da20=No answer;"
        "b2cf5968-551e-4856-9783-52b3da59a7d0=Left voicemail;"
        "a4c4c377-d246-4b32-a13b-75a56a4cd0ff=Left live message;"
        "9d9162e7-6cf3-4944-bf63-4dff82258764=Busy;"
        "17b47fee-58de-441e-a44c-c6300d46f273=Wrong number"
    ),
    "hs_call_status": (
        "COMPLETED=Completed;NO_ANSWER=No answer;BUSY=Busy;FAILED=Failed;CANCELED=Canceled;"
        "IN_PROGRESS=In progress;QUEUED=Queued;RINGING=Ringing"
    ),
    "hs_email_direction": (
        "EMAIL=Email;INCOMING_EMAIL=Incoming email;FORWARDED_EMAIL=Forwarded email"
    ),
    "hs_email_status": (
        "SENT=Sent;BOUNCED=Bounced;FAILED=Failed;SCHEDULED=Scheduled;SENDING=Sending"
    ),
    "hs_communication_channel_type": (
        "SMS=SMS;WHATS_APP=WhatsApp;LINKEDIN_MESSAGE=LinkedIn message;"
        "PHYSICAL_MAIL=Physical mail;CUSTOM_CHANNEL_CONVERSATION=Custom channel"
    ),
    "hs_communication_logged_from": "CRM=CRM;CONVERSATIONS=Conversations",
    "hs_task_status": (
        "NOT_STARTED=Not started;IN_PROGRESS=In progress;WAITING=Waiting;COMPLETED=Completed;"
        "DEFERRED=Deferred"
    ),
    "hs_task_priority": "NONE=None;LOW=Low;MEDIUM=Medium;HIGH=High",
    "hs_task_type": "EMAIL=Email;CALL=Call;TODO=To-do;LINKED_IN=LinkedIn;MEETING=Meeting",
    "hs_ticket_category": (
        "PRODUCT_ISSUE=Product issue;BILLING_ISSUE=Billing issue;"
        "FEATURE_REQUEST=Feature request;GENERAL_INQUIRY=General inquiry"
    ),
    "source_type": "CHAT=Chat;EMAIL=Email;FORM=Form;PHONE=Phone",
    "hs_legal_basis": (
        "Legitimate interest \u2013 prospect/lead=Legitimate interest \u2013 prospect/lead;"
        "Legitimate interest \u2013 existing customer=Legitimate interest \u2013 existing customer;"
        "Performance of a contract=Performance of a contract;"
        "Freely given consent from contact=Freely given consent from contact;"
        "Not applicable=Not applicable"
    ),
    "hs_lead_type": ("NEW_BUSINESS=New business;RE_ATTEMPTING=Re-attempting;UPSELL=Upsell"),
    "hs_lead_label": "WARM=Warm;COLD=Cold;HOT=Hot",
    "hs_survey_type": "CES=CES;CSAT=CSAT;NPS=NPS;CUSTOM=Custom",
    "hs_survey_channel": "EMAIL=Email;WEB=Web;CHAT=Chat",
    "hs_response_group": "PROMOTER=Promoter;PASSIVE=Passive;DETRACTOR=Detractor",
    "hs_ticket_priority": "LOW=Low;MEDIUM=Medium;HIGH=High",
    "hs_marketable_status": "true=Marketing contact;false=Non-marketing contact",
}
BOOL_OPTIONS = "true=True;false=False"
GROUPS = {
    "contacts": (
        "contactinformation=Contact information;sales_properties=Sales properties;"
        "emailinformation=Email information;analyticsinformation=Web analytics history;"
        "conversioninformation=Conversion information;"
        "membership=Membership settings;studio=Willow Street Studio"
    ),
    "companies": "companyinformation=Company information;studio=Willow Street Studio",
    "deals": "dealinformation=Deal information;studio=Willow Street Studio",
    "tickets": "ticketinformation=Ticket information",
    "leads": "leadinformation=Lead information",
    "line_items": "lineiteminformation=Line item information",
    "feedback_submissions": "feedbacksubmission=Feedback submission information",
    "users": "user=User information",
}
