/**
 * The SDK's HTTP transport for clients. Tests run with the export condition `source`, which names this
 * repository's TypeScript; one of the transport's dependencies uses the same name for its own, which
 * Node does not load from node_modules. So packages from there are resolved without the condition.
 */
import * as nodeModule from "node:module";

interface ResolveContext {
  readonly conditions: readonly string[];
}
type Next = (specifier: string, context: ResolveContext) => unknown;

function resolve(specifier: string, context: ResolveContext, next: Next): unknown {
  const conditions = Array.from(context.conditions).filter((name) => name !== "source");
  return next(specifier, { ...context, conditions });
}

// The later function of the two, which takes the hook itself; Node 20 has only the earlier one.
const { registerHooks } = nodeModule as unknown as {
  readonly registerHooks?: (hooks: { readonly resolve: typeof resolve }) => void;
};
if (registerHooks !== undefined) registerHooks({ resolve });
else {
  nodeModule.register(`data:text/javascript,${encodeURIComponent(`export ${String(resolve)}`)}`);
}

export const { StreamableHTTPClientTransport } = await import(
  "@modelcontextprotocol/sdk/client/streamableHttp.js"
);
