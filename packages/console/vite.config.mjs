import { defaultClientConditions, defineConfig } from "vite";

/** Where `npx vite packages/console` finds the API. */
const SERVER = process.env.PAYMASTER_URL ?? "http://127.0.0.1:8080";

export default defineConfig({
  root: import.meta.dirname,
  // The packages' TypeScript sources, so that the build waits for no other.
  resolve: { conditions: ["source", ...defaultClientConditions] },
  build: {
    outDir: "dist/app",
    target: "es2023",
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1_000,
    rollupOptions: {
      onwarn(warning, warn) {
        // "use client" in the component library: for servers that render, which there is none of here.
        if (warning.code !== "MODULE_LEVEL_DIRECTIVE") warn(warning);
      },
    },
  },
  server: { proxy: { "/console/api": { target: SERVER } } },
});
