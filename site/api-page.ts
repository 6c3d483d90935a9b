/** An object of an OpenAPI document, whose members are read as they come. */
interface Node {
  readonly [member: string]: unknown;
}

/** A page of Markdown that describes an API as its OpenAPI document does. Throws for a reference without a target. */
export function apiPageOf(document: Node): string {
  const info = nodeOf(document["info"]);
  const operations = Object.entries(nodeOf(document["paths"])).flatMap(([path, methods]) =>
    Object.entries(nodeOf(methods)).map(([method, operation]) =>
      operationText(document, `${method.toUpperCase()} ${path}`, nodeOf(operation)),
    ),
  );
  const schemas = Object.entries(nodeOf(nodeOf(document["components"])["schemas"]));
  const servers = listOf(document["servers"]).map(
    ({ url, description }) => `\`${url}\`. ${description}`,
  );
  return [
    "# API",
    info["description"],
    ...servers,
    "The same as [an OpenAPI document](docs/openapi.json).",
    ...operations,
    "## Schemas",
    ...schemas.map(([name, schema]) => `### ${name}\n\n${schemaText(nodeOf(schema))}`),
  ].join("\n\n");
}

function operationText(document: Node, request: string, operation: Node): string {
  const parameters = listOf(operation["parameters"]).map((each) => resolved(document, each));
  const body = operation["requestBody"];
  return [
    `## ${operation["summary"]}`,
    `\`${request}\``,
    operation["description"],
    tableOf(
      ["parameter", "in", "means"],
      parameters.map((each) => [
        `\`${each["name"]}\``,
        `${each["in"]}`,
        meaningOf(each, nodeOf(each["schema"])),
      ]),
    ),
    body === undefined ? "" : `The body: ${contentText(nodeOf(body))}.`,
    tableOf(
      ["status", "means", "body"],
      Object.entries(nodeOf(operation["responses"])).map(([status, one]) => {
        const response = resolved(document, nodeOf(one));
        return [status, `${response["description"]}`, contentText(response)];
      }),
    ),
    ...examplesOf(nodeOf(nodeOf(operation["responses"])["200"] ?? {})),
  ]
    .filter(Boolean)
    .join("\n\n");
}

function contentText(body: Node): string {
  const contents = Object.entries(nodeOf(body["content"] ?? {}));
  return contents
    .map(([type, content]) => {
      const name = nameOf(nodeOf(nodeOf(content)["schema"]));
      return name === null ? `\`${type}\`` : `[${name}](#${name.toLowerCase()}), \`${type}\``;
    })
    .join("; ");
}

function examplesOf(response: Node): string[] {
  return Object.values(nodeOf(response["content"] ?? {})).flatMap((content) =>
    Object.values(nodeOf(nodeOf(content)["examples"] ?? {})).map(
      (example) => `\`\`\`json\n${JSON.stringify(nodeOf(example)["value"], null, 2)}\n\`\`\``,
    ),
  );
}

function schemaText(schema: Node, prefix = ""): string {
  return tableOf(["member", "type", "means"], rowsOf(schema, prefix));
}

function rowsOf(schema: Node, prefix: string): string[][] {
  const required = schema["required"] ?? [];
  return Object.entries(nodeOf(schema["properties"] ?? {})).flatMap(([name, each]) => {
    const member = nodeOf(each);
    const isOptional = !(required as readonly string[]).includes(name);
    const type = `${typeOf(member)}${isOptional ? ", optional" : ""}`;
    const items = nodeOf(member["items"] ?? {});
    return [
      [`\`${prefix}${name}\``, type, meaningOf(member, member)],
      ...rowsOf(member, `${prefix}${name}.`),
      ...rowsOf(items, `${prefix}${name}[].`),
    ];
  });
}

function typeOf(schema: Node): string {
  const choices = listOf(schema["anyOf"]);
  if (choices.length > 0) return choices.map(typeOf).join(" or ");
  const name = nameOf(schema);
  if (name !== null) return `[${name}](#${name.toLowerCase()})`;
  return `${schema["format"] ?? schema["type"] ?? "one of"}`;
}

function meaningOf(described: Node, schema: Node): string {
  const { enum: values, pattern, default: fallback } = schema;
  const parts = [
    described["description"],
    Array.isArray(values) ? `One of ${values.map((value) => `\`${value}\``).join(", ")}.` : "",
    pattern === undefined ? "" : `Matches \`${pattern}\`.`,
    fallback === undefined ? "" : `By default \`${fallback}\`.`,
  ];
  return parts.filter(Boolean).join(" ");
}

function resolved(document: Node, node: Node): Node {
  const reference = node["$ref"];
  if (typeof reference !== "string") return node;
  return reference
    .split("/")
    .slice(1)
    .reduce((found: Node, member) => nodeOf(found[member]), document);
}

function nameOf(schema: Node): string | null {
  const reference = schema["$ref"];
  return typeof reference === "string" ? reference.slice(reference.lastIndexOf("/") + 1) : null;
}

function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return "";
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|").replaceAll("\n", " ")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

function nodeOf(value: unknown): Node {
  if (typeof value === "object" && value !== null) return value as Node;
  throw new TypeError("The OpenAPI document has a reference or a member without a target.");
}

function listOf(value: unknown): readonly Node[] {
  return Array.isArray(value) ? value : [];
}
