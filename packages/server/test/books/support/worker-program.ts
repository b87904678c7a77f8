/**
 * A process that works on a bill run and ends when the run is over, for tests that kill it. It is bundled
 * into one file (see `worker.ts`). Takes its options as JSON in the first argument.
 */
import { recogniseRevenue } from "../../../src/billing/revenue.js";
import { workBillRun } from "../../../src/billing/work-bill-run.js";
import { servicesOf } from "./services.js";

export interface WorkerOptions {
  readonly databaseUrl: string;
  readonly today: string;
  /** Works on this run; null: recognises the revenue of the months before `today`. */
  readonly billRunId: string | null;
  readonly batchSize?: number;
  readonly workers?: number;
}

const options = JSON.parse(process.argv[2] ?? "{}") as WorkerOptions;
const services = servicesOf(options.databaseUrl, options.today);
if (options.billRunId === null) await recogniseRevenue(services, options.today);
else await workBillRun(services, options.billRunId, options);
await services.pool.end();
