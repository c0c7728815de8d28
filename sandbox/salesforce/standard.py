"""The standard kinds of people and sales, and what this studio's administrator added to them.

Names, types and lengths are those of real orgs (a test compares them with recorded describes);
only the fields that matter here are kept.
"""

from journeysync.sandbox.salesforce.schema import SYSTEM

SALUTATIONS = "Mr.|Ms.|Mrs.|Dr.|Prof."
SOURCES = "Web|Phone Inquiry|Partner Referral|Purchased List|Other"
INDUSTRIES = "Agriculture|Apparel|Banking|Construction|Consulting|Education|Engineering|Healthcare|Transportation|Other"  # noqa: E501 - one list
OPEN_STAGES = (
    "Prospecting|Qualification|Needs Analysis|Value Proposition|Id. Decision Makers|"
    "Perception Analysis|Proposal/Price Quote|Negotiation/Review"
)
WHAT = ">Account,Asset,Campaign,Case,Contract,Opportunity"

ACCOUNT = f"""{SYSTEM}
MasterRecordId reference(18) --n >Account
Name string(255) uc-
Type picklist(40) ucn = Prospect|Customer - Direct|Customer - Channel|Other
RecordTypeId reference(18) ucn >RecordType
ParentId reference(18) ucn >Account kids:ChildAccounts
BillingStreet textarea(255) ucn
BillingCity string(40) ucn
BillingState string(80) ucn
BillingPostalCode string(20) ucn
BillingCountry string(80) ucn
BillingAddress address --n
Phone phone(40) ucn
Website url(255) ucn
Industry picklist(40) ucn = {INDUSTRIES}
AnnualRevenue currency ucn
NumberOfEmployees int ucn
Description textarea(32000) ucn
Rating picklist(40) ucn = Hot|Warm|Cold
OwnerId reference(18) uc- >User
AccountSource picklist(40) ucn = {SOURCES}
LastActivityDate date --n
"""

CONTACT = f"""{SYSTEM}
MasterRecordId reference(18) --n >Contact
AccountId reference(18) ucn >Account kids:Contacts
LastName string(80) uc-
FirstName string(40) ucn
Salutation picklist(40) ucn = {SALUTATIONS}
Name string(121) ---
MailingStreet textarea(255) ucn
MailingCity string(40) ucn
MailingState string(80) ucn
MailingPostalCode string(20) ucn
MailingCountry string(80) ucn
MailingAddress address --n
Phone phone(40) ucn
MobilePhone phone(40) ucn
HomePhone phone(40) ucn
OtherPhone phone(40) ucn
ReportsToId reference(18) ucn >Contact
Email email(80) ucn lookup
Title string(128) ucn
Department string(80) ucn
LeadSource picklist(255) ucn = {SOURCES}
Birthdate date ucn
Description textarea(32000) ucn
OwnerId reference(18) uc- >User
HasOptedOutOfEmail boolean uc- tracked
DoNotCall boolean uc-
LastActivityDate date --n
EmailBouncedReason string(255) ucn
EmailBouncedDate datetime ucn
IsEmailBounced boolean ---
Newsletter__c boolean uc- tracked
Preferred_Channel__c picklist(255) ucn restricted = email|sms|whatsapp|phone
Feedback_Score__c double ucn tracked
Account_City__c string(1300) --n
"""

LEAD = f"""{SYSTEM}
MasterRecordId reference(18) --n >Lead
LastName string(80) uc-
FirstName string(40) ucn
Salutation picklist(40) ucn = {SALUTATIONS}
Name string(121) ---
Title string(128) ucn
Company string(255) uc-
Street textarea(255) ucn
City string(40) ucn
State string(80) ucn
PostalCode string(20) ucn
Country string(80) ucn
Address address --n
Phone phone(40) ucn
MobilePhone phone(40) ucn
Email email(80) ucn lookup
Website url(255) ucn
Description textarea(32000) ucn
LeadSource picklist(255) ucn = {SOURCES}
Status picklist(255) uc- default:Open_-_Not_Contacted tracked = Open - Not Contacted|Working - Contacted|Closed - Converted|Closed - Not Converted
Industry picklist(255) ucn = {INDUSTRIES}
Rating picklist(255) ucn = Hot|Warm|Cold
AnnualRevenue currency ucn
NumberOfEmployees int ucn
OwnerId reference(18) uc- >Group,User
HasOptedOutOfEmail boolean uc- tracked
IsConverted boolean -c-
ConvertedDate date --n
ConvertedAccountId reference(18) --n >Account
ConvertedContactId reference(18) --n >Contact
ConvertedOpportunityId reference(18) --n >Opportunity
IsUnreadByOwner boolean uc- default:true
LastActivityDate date --n
EmailBouncedReason string(255) u-n
EmailBouncedDate datetime u-n
Newsletter__c boolean uc- tracked
Preferred_Channel__c picklist(255) ucn restricted = email|sms|whatsapp|phone
"""  # noqa: E501 - a line a field

OPPORTUNITY = f"""{SYSTEM}
AccountId reference(18) ucn >Account kids:Opportunities
RecordTypeId reference(18) ucn >RecordType
IsPrivate boolean uc-
Name string(120) uc- lookup
Description textarea(32000) ucn
StageName picklist(255) uc- = {OPEN_STAGES}|Closed Won|Closed Lost
Amount currency ucn
Probability percent ucn
ExpectedRevenue currency --n
CloseDate date uc-
Type picklist(255) ucn = Existing Customer - Upgrade|Existing Customer - Replacement|Existing Customer - Downgrade|New Customer
NextStep string(255) ucn
LeadSource picklist(255) ucn = {SOURCES}
IsClosed boolean ---
IsWon boolean ---
ForecastCategory picklist(40) --- restricted = Omitted|Pipeline|BestCase|MostLikely|Forecast|Closed
ForecastCategoryName picklist(255) ucn restricted = Omitted|Pipeline|Best Case|Commit|Closed
CampaignId reference(18) ucn >Campaign kids:Opportunities
OwnerId reference(18) uc- >User
LastActivityDate date --n
LastStageChangeDate datetime --n
ContactId reference(18) -cn >Contact unrelated
Loss_Reason__c picklist(255) ucn = Too expensive|No answer|Other
Renewal_Date__c date ucn
"""  # noqa: E501 - a line a field

ROLES = "Business User|Decision Maker|Economic Buyer|Evaluator|Influencer|Other"
CONTACT_ROLE = f"""{SYSTEM}
OpportunityId reference(18) -c- >Opportunity kids:OpportunityContactRoles
ContactId reference(18) uc- >Contact kids:OpportunityContactRoles
Role picklist(40) ucn = {ROLES}
IsPrimary boolean uc-
"""

OPPORTUNITY_HISTORY = """
Id id(18) --- lookup
OpportunityId reference(18) --- >Opportunity kids:OpportunityHistories
CreatedById reference(18) --- >User
CreatedDate datetime ---
StageName picklist(255) ---
Amount currency --n
ExpectedRevenue currency --n
CloseDate date --n
Probability percent --n
ForecastCategory picklist(40) --n
SystemModstamp datetime ---
IsDeleted boolean ---
PrevAmount currency --n
PrevCloseDate date --n
"""

CAMPAIGN = f"""{SYSTEM}
Name string(80) uc-
ParentId reference(18) ucn >Campaign
Type picklist(40) ucn = Conference|Webinar|Advertisement|Email|Referral Program|Other
Status picklist(40) ucn default:Planned = Planned|In Progress|Completed|Aborted
StartDate date ucn
EndDate date ucn
IsActive boolean uc-
Description textarea(32000) ucn
NumberOfContacts int ---
OwnerId reference(18) uc- >User
"""

MEMBER = f"""{SYSTEM}
CampaignId reference(18) -c- >Campaign kids:CampaignMembers
LeadId reference(18) ucn >Lead kids:CampaignMembers
ContactId reference(18) ucn >Contact kids:CampaignMembers
Status picklist(40) ucn default:Sent = Sent|Responded
HasResponded boolean ---
FirstRespondedDate date --n
Email email(80) --n
LeadOrContactId reference(18) --n >Contact,Lead
Type string(40) --n
"""

CONTRACT = f"""{SYSTEM}
AccountId reference(18) uc- >Account kids:Contracts
ContractNumber string(30) --- lookup
Status picklist(40) uc- default:Draft = In Approval Process|Activated|Draft
StartDate date ucn
EndDate date --n
ContractTerm int ucn
OwnerId reference(18) uc- >User
CustomerSignedId reference(18) ucn >Contact kids:ContractsSigned
Description textarea(32000) ucn
"""

ASSET = f"""{SYSTEM}
Name string(255) uc-
ContactId reference(18) ucn >Contact kids:Assets
AccountId reference(18) ucn >Account kids:Assets
Status picklist(40) ucn = Shipped|Installed|Registered|Obsolete|Purchased
PurchaseDate date ucn
InstallDate date ucn
UsageEndDate date ucn
Price currency ucn
OwnerId reference(18) uc- >User
"""

KINDS = (
    ("Account", "001", ACCOUNT),
    ("Contact", "003", CONTACT),
    ("Lead", "00Q", LEAD),
    ("Opportunity", "006", OPPORTUNITY),
    ("OpportunityContactRole", "00K", CONTACT_ROLE),
    ("OpportunityHistory", "008", OPPORTUNITY_HISTORY),
    ("Campaign", "701", CAMPAIGN),
    ("CampaignMember", "00v", MEMBER),
    ("Contract", "800", CONTRACT),
    ("Asset", "02i", ASSET),
)
