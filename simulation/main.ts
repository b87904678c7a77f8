import { parseArgs } from "node:util";
import { Run } from "./run.js";

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    years: { type: "string", default: "5" },
    accounts: { type: "string", default: "20" },
  },
});
await new Run({
  seed: Number(values.seed),
  years: Number(values.years),
  accounts: Number(values.accounts),
}).start();
