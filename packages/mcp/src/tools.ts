/** The tools that are offered: the contract's operations, as far as the configuration names them. */
import { type Operation, operations, type WireProfile } from "@paymaster/contract";
import type { McpConfig } from "./config.js";
import { inputSchema, type ObjectSchema, outputSchema } from "./tool-schema.js";
import { writeOutputSchema } from "./write-result.js";

export interface Tool {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly operation: Operation;
  readonly inputSchema: ObjectSchema;
  readonly outputSchema: ObjectSchema;
  readonly annotations: {
    readonly title: string;
    readonly readOnlyHint: boolean;
    readonly destructiveHint: boolean;
    readonly idempotentHint: boolean;
    readonly openWorldHint: boolean;
  };
}

export interface OfferedTools {
  readonly tools: ReadonlyMap<string, Tool>;
  /** What the person who wrote the configuration should know. */
  readonly warnings: readonly string[];
}

export interface OfferOptions {
  readonly allowWrites: boolean;
  readonly profile: WireProfile;
}

/** In the configuration's order. Writing tools only when they are allowed. */
export function offerTools(config: McpConfig, options: OfferOptions): OfferedTools {
  const tools = new Map<string, Tool>();
  const warnings: string[] = [];
  const known = new Map<string, Operation>(Object.entries(operations));
  let withheld = 0;
  for (const [index, { name, description }] of config.operations.entries()) {
    const operation = known.get(name);
    if (operation === undefined) {
      warnings.push(`operations[${index}].name: no operation is called "${name}"; skipped`);
    } else if (operation.effect !== "read" && !options.allowWrites) {
      withheld += 1;
    } else {
      tools.set(name, createTool(name, operation, description, options.profile));
    }
  }
  if (withheld > 0) {
    warnings.push(`${withheld} writing tools are not offered; --allow-writes offers them`);
  }
  if (tools.size === 0) warnings.push("no tool is offered");
  return { tools, warnings };
}

function createTool(
  name: string,
  operation: Operation,
  description: string | undefined,
  profile: WireProfile,
): Tool {
  const reads = operation.effect === "read";
  return {
    name,
    title: operation.title,
    description: (description ?? operation.description) + (reads ? "" : TWO_STEPS),
    operation,
    inputSchema: inputSchema(operation, profile),
    outputSchema: reads ? outputSchema(operation, profile) : writeOutputSchema,
    annotations: {
      title: operation.title,
      readOnlyHint: reads,
      // What adds leaves the rest as it was; what updates or cancels does not.
      destructiveHint: !reads && operation.method !== "POST",
      idempotentHint: operation.idempotent,
      openWorldHint: true,
    },
  };
}

/** Added to a replaced description as well: without it, an assistant cannot know of the steps. */
const TWO_STEPS =
  "\n\nTwo steps: the first call changes nothing and answers with what would change, what it costs " +
  "and a confirmation. Show that to the person who decides; after their yes, call again with the " +
  "same arguments and that confirmation.";
