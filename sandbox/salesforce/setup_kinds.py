"""The kinds an administrator works with: fields, permissions, and lists of kinds and fields."""

PERMISSION_SET = """
Id id(18) --- lookup
Name string(80) uc- unique
Label string(80) uc-
Description textarea(255) ucn
IsOwnedByProfile boolean ---
IsCustom boolean ---
ProfileId reference(18) --n >Profile
CreatedDate datetime ---
CreatedById reference(18) --- >User
LastModifiedDate datetime ---
LastModifiedById reference(18) --- >User
SystemModstamp datetime ---
"""
ASSIGNMENT = """
Id id(18) --- lookup
PermissionSetId reference(18) -c- >PermissionSet kids:Assignments
AssigneeId reference(18) -c- >User kids:PermissionSetAssignments
IsActive boolean ---
SystemModstamp datetime ---
"""
FIELD_PERMISSIONS = """
Id id(18) --- lookup
ParentId reference(18) -c- >PermissionSet kids:FieldPerms
SobjectType picklist(40) -c-
Field picklist(255) -c-
PermissionsRead boolean uc-
PermissionsEdit boolean uc-
SystemModstamp datetime ---
"""
OBJECT_PERMISSIONS = """
Id id(18) --- lookup
ParentId reference(18) -c- >PermissionSet kids:ObjectPerms
SobjectType picklist(40) -c-
PermissionsRead boolean uc-
PermissionsCreate boolean uc-
PermissionsEdit boolean uc-
PermissionsDelete boolean uc-
PermissionsViewAllRecords boolean uc-
PermissionsModifyAllRecords boolean uc-
SystemModstamp datetime ---
"""
CUSTOM_FIELD = """
Id id(18) --- lookup
DeveloperName string(40) ---
FullName string(255) -c-
TableEnumOrId string(40) ---
NamespacePrefix string(15) --n
ManageableState string(40) --n
Length int --n
Metadata complexvalue uc-
CreatedDate datetime ---
CreatedById reference(18) --- >User
LastModifiedDate datetime ---
LastModifiedById reference(18) --- >User
"""
ENTITY = """
Id id(18) --n
DurableId string(255) ---
QualifiedApiName string(255) ---
DeveloperName string(255) ---
Label string(80) ---
PluralLabel string(80) ---
KeyPrefix string(3) ---
IsQueryable boolean ---
IsCustomizable boolean ---
"""
DEFINITION = """
Id id(18) --n
DurableId string(255) ---
QualifiedApiName string(255) ---
DeveloperName string(255) ---
Label string(80) ---
DataType string(80) ---
Length int --n
EntityDefinitionId reference(255) --- >EntityDefinition kids:Fields
NamespacePrefix string(15) --n
IsCompound boolean ---
IsIndexed boolean ---
"""
PATH = """
Id id(18) --- lookup
DeveloperName string(80) ---
FullName string(80) -c-
MasterLabel string(80) ---
SobjectType picklist(40) ---
SobjectProcessField picklist(80) ---
IsActive boolean ---
IsMasterRecordType boolean ---
Metadata complexvalue uc-
CreatedDate datetime ---
LastModifiedDate datetime ---
"""
VALIDATION_RULE = """
Id id(18) --n
ValidationName string(80) ---
Active boolean ---
ErrorMessage string(255) ---
ErrorDisplayField string(80) --n
EntityDefinitionId reference(255) --- >EntityDefinition
"""

KINDS = (
    ("PermissionSet", "0PS", PERMISSION_SET, "too"),
    ("PermissionSetAssignment", "0Pa", ASSIGNMENT, "too"),
    ("FieldPermissions", "01k", FIELD_PERMISSIONS, "too"),
    ("ObjectPermissions", "110", OBJECT_PERMISSIONS, "too"),
    ("EntityDefinition", "4ie", ENTITY, "too"),
    ("FieldDefinition", "4fe", DEFINITION, "too"),
    ("CustomField", "00N", CUSTOM_FIELD, "only"),
    ("PathAssistant", "0FR", PATH, "only"),
    ("ValidationRule", "03d", VALIDATION_RULE, "only"),
)
