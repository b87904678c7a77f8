/** Loads TypeScript that is not built: the simulated service of the tests. */
import { createServer } from "vite";

/**
 * @param paths from the repository's root
 * @returns the modules, and how to end
 */
export async function loadSources(paths) {
  const vite = await createServer({
    configFile: false,
    logLevel: "error",
    appType: "custom",
    server: { middlewareMode: true, hmr: false, ws: false, watch: null },
    ssr: { resolve: { conditions: ["source"] }, noExternal: [/^@paymaster\//] },
  });
  const modules = await Promise.all(paths.map((path) => vite.ssrLoadModule(path)));
  return { modules, close: () => vite.close() };
}
