import "@mantine/core/styles.css";
import "./ui/console.css";
import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createRoot } from "react-dom/client";
import { toFault } from "./api/fault.js";
import { App } from "./shell/app.js";
import { theme } from "./ui/theme.js";

const MAX_TRIES = 2;

const client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      refetchOnWindowFocus: false,
      // What the server refuses, it refuses again; only a lost answer is asked for once more.
      retry: (failures, error) => failures < MAX_TRIES && toFault(error).status === 0,
    },
  },
});

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no element #root.");
createRoot(root).render(
  <MantineProvider theme={theme} defaultColorScheme="auto">
    <QueryClientProvider client={client}>
      <App />
    </QueryClientProvider>
  </MantineProvider>,
);
