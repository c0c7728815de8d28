"""What can be asked and written, and what is said of the shop, its customers and the rest.

As in `sdl_orders.py`; connections and their edges are written by `schema.py`.
"""

ROOTS = """
type QueryRoot {
  abandonedCheckouts(PAGED, query: String, savedSearchId: ID,
    sortKey: AbandonedCheckoutSortKeys = ID): AbandonedCheckoutConnection!
  bulkOperation(id: ID!): BulkOperation
  bulkOperations(PAGED, query: String,
    sortKey: BulkOperationsSortKeys = CREATED_AT): BulkOperationConnection!
  currentAppInstallation: AppInstallation!
  customer(id: ID!): Customer
  customerByIdentifier(identifier: CustomerIdentifierInput!): Customer
  customers(PAGED, query: String, sortKey: CustomerSortKeys = ID): CustomerConnection!
  customersCount(query: String, limit: Int = 10000): Count
  draftOrders(PAGED, query: String, savedSearchId: ID,
    sortKey: DraftOrderSortKeys = ID): DraftOrderConnection!
  fulfillment(id: ID!): Fulfillment
  node(id: ID!): Node
  nodes(ids: [ID!]!): [Node]!
  order(id: ID!): Order
  orders(PAGED, query: String, savedSearchId: ID,
    sortKey: OrderSortKeys = PROCESSED_AT): OrderConnection!
  ordersCount(query: String, savedSearchId: ID, limit: Int = 10000): Count
  refund(id: ID!): Refund
  return(id: ID!): Return
  shop: Shop!
  subscriptionContracts(PAGED, query: String,
    sortKey: SubscriptionContractsSortKeys = CREATED_AT): SubscriptionContractConnection!
}
input CustomerIdentifierInput @oneOf {
  emailAddress: String
  id: ID
  phoneNumber: String
}

type Mutation {
  bulkOperationCancel(id: ID!): BulkOperationCancelPayload
  bulkOperationRunQuery(query: String!, groupObjects: Boolean! = false):
    BulkOperationRunQueryPayload
  customerUpdate(input: CustomerInput!): CustomerUpdatePayload
  metafieldsDelete(metafields: [MetafieldIdentifierInput!]!): MetafieldsDeletePayload
  metafieldsSet(metafields: [MetafieldsSetInput!]!): MetafieldsSetPayload
  tagsAdd(id: ID!, tags: [String!]!): TagsAddPayload
  tagsRemove(id: ID!, tags: [String!]!): TagsRemovePayload
}
interface DisplayableError { field: [String!] message: String! }
type UserError implements DisplayableError { field: [String!] message: String! }
type BulkOperationCancelPayload { bulkOperation: BulkOperation userErrors: [UserError!]! }
type BulkOperationRunQueryPayload {
  bulkOperation: BulkOperation
  userErrors: [BulkOperationUserError!]!
}
type BulkOperationUserError implements DisplayableError {
  code: BulkOperationUserErrorCode
  field: [String!]
  message: String!
}
enum BulkOperationUserErrorCode { INVALID LIMIT_REACHED OPERATION_IN_PROGRESS }
type CustomerUpdatePayload { customer: Customer userErrors: [UserError!]! }
input CustomerInput {
  email: String
  firstName: String
  id: ID
  lastName: String
  locale: String
  metafields: [MetafieldInput!]
  note: String
  phone: String
  tags: [String!]
}
input MetafieldInput { id: ID key: String namespace: String type: String value: String }
type MetafieldsSetPayload { metafields: [Metafield!] userErrors: [MetafieldsSetUserError!]! }
type MetafieldsSetUserError implements DisplayableError {
  code: MetafieldsSetUserErrorCode
  elementIndex: Int
  field: [String!]
  message: String!
}
enum MetafieldsSetUserErrorCode {
  APP_NOT_AUTHORIZED BLANK INCLUSION INVALID INVALID_TYPE INVALID_VALUE LESS_THAN_OR_EQUAL_TO
  STALE_OBJECT TOO_LONG TOO_SHORT
}
input MetafieldsSetInput {
  compareDigest: String
  key: String!
  namespace: String
  ownerId: ID!
  type: String
  value: String!
}
type TagsAddPayload { node: Node userErrors: [UserError!]! }
type TagsRemovePayload { node: Node userErrors: [UserError!]! }
type MetafieldsDeletePayload {
  deletedMetafields: [MetafieldIdentifier]
  userErrors: [UserError!]!
}
type MetafieldIdentifier { key: String! namespace: String! ownerId: ID! }
input MetafieldIdentifierInput { key: String! namespace: String! ownerId: ID! }
"""

REST = """
interface Node { id: ID! }
scalar DateTime
scalar Decimal
scalar JSON
scalar Money
scalar UnsignedInt64
scalar URL
type PageInfo {
  endCursor: String
  hasNextPage: Boolean!
  hasPreviousPage: Boolean!
  startCursor: String
}
type Count { count: Int! precision: CountPrecision! }
enum CountPrecision { AT_LEAST EXACT }
type MoneyBag { presentmentMoney: MoneyV2! shopMoney: MoneyV2! }
type MoneyV2 { amount: Decimal! currencyCode: CurrencyCode! }
enum CurrencyCode { AUD CAD CHF DKK EUR GBP JPY NOK NZD PLN SEK USD }
enum CountryCode { AU CA CH DE DK ES FR GB IE IT JP NL NO NZ PL SE US }
type MailingAddress implements Node {
  address1: String
  address2: String
  city: String
  company: String
  country: String
  countryCodeV2: CountryCode
  firstName: String
  id: ID!
  lastName: String
  name: String
  phone: String
  province: String
  provinceCode: String
  zip: String
}

type Customer implements Node {
  amountSpent: MoneyV2!
  canDelete: Boolean!
  createdAt: DateTime!
  dataSaleOptOut: Boolean!
  defaultAddress: MailingAddress
  defaultEmailAddress: CustomerEmailAddress
  defaultPhoneNumber: CustomerPhoneNumber
  displayName: String!
  email: String @deprecated(reason: "See defaultEmailAddress.")
  firstName: String
  id: ID!
  lastName: String
  lastOrder: Order
  legacyResourceId: UnsignedInt64!
  locale: String!
  metafield(namespace: String, key: String!): Metafield
  metafields(PAGED, keys: [String!], namespace: String): MetafieldConnection!
  note: String
  numberOfOrders: UnsignedInt64!
  orders(PAGED, query: String, sortKey: OrderSortKeys = ID): OrderConnection!
  phone: String @deprecated(reason: "See defaultPhoneNumber.")
  productSubscriberStatus: CustomerProductSubscriberStatus!
  state: CustomerState!
  subscriptionContracts(PAGED): SubscriptionContractConnection!
  tags: [String!]!
  taxExempt: Boolean!
  updatedAt: DateTime!
  verifiedEmail: Boolean!
}
type CustomerEmailAddress {
  emailAddress: String!
  marketingOptInLevel: CustomerMarketingOptInLevel
  marketingState: CustomerEmailAddressMarketingState!
  marketingUpdatedAt: DateTime
  validFormat: Boolean!
}
type CustomerPhoneNumber {
  marketingState: CustomerSmsMarketingState! @deprecated(reason: "Told elsewhere.")
  phoneNumber: String!
}
enum CustomerMarketingOptInLevel { CONFIRMED_OPT_IN SINGLE_OPT_IN UNKNOWN }
enum CustomerEmailAddressMarketingState { INVALID NOT_SUBSCRIBED PENDING SUBSCRIBED UNSUBSCRIBED }
enum CustomerSmsMarketingState { NOT_SUBSCRIBED PENDING REDACTED SUBSCRIBED UNSUBSCRIBED }
enum CustomerProductSubscriberStatus { ACTIVE CANCELLED EXPIRED FAILED NEVER_SUBSCRIBED PAUSED }
enum CustomerState { DECLINED DISABLED ENABLED INVITED }
enum CustomerSortKeys { CREATED_AT ID LOCATION NAME RELEVANCE UPDATED_AT }

type AbandonedCheckout implements Node {
  abandonedCheckoutUrl: URL!
  billingAddress: MailingAddress
  completedAt: DateTime
  createdAt: DateTime!
  customer: Customer
  discountCodes: [String!]!
  id: ID!
  lineItems(PAGED): AbandonedCheckoutLineItemConnection!
  name: String!
  note: String!
  shippingAddress: MailingAddress
  subtotalPriceSet: MoneyBag!
  taxesIncluded: Boolean!
  totalDiscountSet: MoneyBag!
  totalLineItemsPriceSet: MoneyBag!
  totalPriceSet: MoneyBag!
  totalTaxSet: MoneyBag
  updatedAt: DateTime!
}
type AbandonedCheckoutLineItem implements Node {
  discountedTotalPriceSet: MoneyBag!
  id: ID!
  originalTotalPriceSet: MoneyBag!
  originalUnitPriceSet: MoneyBag!
  quantity: Int!
  sku: String
  title: String
  variantTitle: String
}
enum AbandonedCheckoutSortKeys { CHECKOUT_ID CREATED_AT CUSTOMER_NAME ID RELEVANCE TOTAL_PRICE }

type SubscriptionContract implements Node {
  billingAttempts(PAGED): SubscriptionBillingAttemptConnection!
  createdAt: DateTime!
  currencyCode: CurrencyCode!
  customer: Customer
  deliveryPrice: MoneyV2!
  id: ID!
  lastBillingAttemptErrorType: SubscriptionContractLastBillingErrorType
  lastPaymentStatus: SubscriptionContractLastPaymentStatus
  linesCount: Count
  nextBillingDate: DateTime
  note: String
  orders(PAGED): OrderConnection!
  originOrder: Order
  revisionId: UnsignedInt64!
  status: SubscriptionContractSubscriptionStatus!
  updatedAt: DateTime!
}
type SubscriptionBillingAttempt implements Node {
  completedAt: DateTime
  createdAt: DateTime!
  errorCode: SubscriptionBillingAttemptErrorCode @deprecated(reason: "Told elsewhere.")
  errorMessage: String @deprecated(reason: "Told elsewhere.")
  id: ID!
  idempotencyKey: String!
  order: Order @deprecated(reason: "Told elsewhere.")
  originTime: DateTime
  ready: Boolean! @deprecated(reason: "Told elsewhere.")
  subscriptionContract: SubscriptionContract!
}
enum SubscriptionBillingAttemptErrorCode {
  CARD_DECLINED EXPIRED_PAYMENT_METHOD GENERIC_ERROR INSUFFICIENT_FUNDS
}
enum SubscriptionContractLastBillingErrorType { CUSTOMER_ERROR INVENTORY_ERROR OTHER PAYMENT_ERROR }
enum SubscriptionContractLastPaymentStatus { FAILED SUCCEEDED }
enum SubscriptionContractSubscriptionStatus { ACTIVE CANCELLED EXPIRED FAILED PAUSED }
enum SubscriptionContractsSortKeys { CREATED_AT ID STATUS UPDATED_AT }

type DraftOrder implements Node {
  completedAt: DateTime
  createdAt: DateTime!
  currencyCode: CurrencyCode!
  customer: Customer
  email: String
  id: ID!
  invoiceSentAt: DateTime
  invoiceUrl: URL
  legacyResourceId: UnsignedInt64!
  name: String!
  note2: String
  order: Order
  phone: String
  poNumber: String
  presentmentCurrencyCode: CurrencyCode!
  ready: Boolean!
  status: DraftOrderStatus!
  subtotalPriceSet: MoneyBag!
  tags: [String!]!
  taxesIncluded: Boolean!
  totalPriceSet: MoneyBag!
  totalQuantityOfLineItems: Int!
  updatedAt: DateTime!
}
enum DraftOrderStatus { COMPLETED INVOICE_SENT OPEN }
enum DraftOrderSortKeys { CUSTOMER_NAME ID NUMBER RELEVANCE STATUS TOTAL_PRICE UPDATED_AT }

type Metafield implements Node {
  compareDigest: String!
  createdAt: DateTime!
  id: ID!
  jsonValue: JSON!
  key: String!
  legacyResourceId: UnsignedInt64!
  namespace: String!
  ownerType: MetafieldOwnerType!
  type: String!
  updatedAt: DateTime!
  value: String!
}
enum MetafieldOwnerType { CUSTOMER ORDER SHOP }

type BulkOperation implements Node {
  completedAt: DateTime
  createdAt: DateTime!
  errorCode: BulkOperationErrorCode
  fileSize: UnsignedInt64
  id: ID!
  objectCount: UnsignedInt64!
  partialDataUrl: URL
  query: String!
  rootObjectCount: UnsignedInt64!
  status: BulkOperationStatus!
  type: BulkOperationType!
  url: URL
}
enum BulkOperationErrorCode { ACCESS_DENIED INTERNAL_SERVER_ERROR TIMEOUT }
enum BulkOperationStatus { CANCELED CANCELING COMPLETED CREATED EXPIRED FAILED RUNNING }
enum BulkOperationType { MUTATION QUERY }
enum BulkOperationsSortKeys { COMPLETED_AT CREATED_AT }

type AppInstallation implements Node {
  accessScopes: [AccessScope!]!
  id: ID!
  launchUrl: URL!
}
type AccessScope { description: String! handle: String! }
type Shop implements Node {
  contactEmail: String!
  createdAt: DateTime!
  currencyCode: CurrencyCode!
  email: String!
  enabledPresentmentCurrencies: [CurrencyCode!]!
  ianaTimezone: String!
  id: ID!
  myshopifyDomain: String!
  name: String!
  orderNumberFormatPrefix: String!
  orderNumberFormatSuffix: String!
  shopOwnerName: String!
  taxesIncluded: Boolean!
  timezoneAbbreviation: String!
  timezoneOffset: String!
  timezoneOffsetMinutes: Int!
  updatedAt: DateTime!
  url: URL!
}
"""
