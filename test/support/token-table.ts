export const TABLE = "Tokens";

/** The token table, with the keys and indexes that the template gives it. */
export const tokenTable = {
  name: TABLE,
  properties: {
    AttributeDefinitions: [
      { AttributeName: "pk", AttributeType: "S" },
      { AttributeName: "dueRealm", AttributeType: "S" },
      { AttributeName: "dueAt", AttributeType: "N" },
      { AttributeName: "realm", AttributeType: "S" },
    ],
    KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }],
    GlobalSecondaryIndexes: [
      {
        IndexName: "due",
        KeySchema: [
          { AttributeName: "dueRealm", KeyType: "HASH" },
          { AttributeName: "dueAt", KeyType: "RANGE" },
        ],
        Projection: { ProjectionType: "INCLUDE", NonKeyAttributes: ["dueUntil"] },
      },
      {
        IndexName: "connections",
        KeySchema: [
          { AttributeName: "realm", KeyType: "HASH" },
          { AttributeName: "pk", KeyType: "RANGE" },
        ],
        Projection: { ProjectionType: "KEYS_ONLY" },
      },
    ],
  },
};
