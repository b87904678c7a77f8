import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, expectTypeOf, it } from "vitest";
import type {
  OperationErrorName,
  PathParams,
  PlanUsage,
  Query,
  RequestBody,
  ResponseBody,
  ToolName,
} from "../src/index.js";

/** What programs get from the contract by the name of a tool. Nothing below runs: it has to compile. */
describe("types by the name of a tool", () => {
  it("know the tools and their errors", () => {
    expectTypeOf<"get_plan_usage">().toExtend<ToolName>();
    expectTypeOf<"no_such_tool">().not.toExtend<ToolName>();
    expectTypeOf<"notFreePlan">().toExtend<OperationErrorName<"account_plan_create">>();
    expectTypeOf<"notFreePlan">().not.toExtend<OperationErrorName<"get_plan_usage">>();
  });

  it("know what is sent, in either generation", () => {
    expectTypeOf<{ type: string }>().toExtend<RequestBody<"account_plan_base_update">>();
    expectTypeOf<{ hosts: number }>().not.toExtend<RequestBody<"account_plan_base_update">>();
    expectTypeOf<undefined>().toExtend<RequestBody<"account_plan_addon_cancel">>();
    expectTypeOf<undefined>().not.toExtend<RequestBody<"account_plan_base_delete">>();
    expectTypeOf<RequestBody<"account_plans">>().toEqualTypeOf<undefined>();
    expectTypeOf<PathParams<"account_plans">>().toEqualTypeOf<{ accountId: string }>();
    expectTypeOf<Query<"account_plans">>().toEqualTypeOf<undefined>();
    expectTypeOf<{ from: string }>().toExtend<Query<"account_billing_invoices">>();
  });

  it("know what comes back, in either generation", () => {
    type Usage = ResponseBody<"get_plan_usage">;
    expectTypeOf<NonNullable<Usage["plan_base"]>>().toExtend<PlanUsage>();
    expectTypeOf<NonNullable<Usage["plan_webinar"]>>().toEqualTypeOf<PlanUsage[]>();
    expectTypeOf<ResponseBody<"account_plan_base_update">>().toEqualTypeOf<undefined>();
    // 2026 has it, 2021 does not.
    expectTypeOf<undefined>().toExtend<ResponseBody<"account_billing">["employee_count"]>();
    expectTypeOf<ResponseBody<"account_billing">["email"]>().toEqualTypeOf<string>();
  });
});

describe("the tests' own types", () => {
  it("compile: vitest drops types without a look at them", async () => {
    const manifest = createRequire(import.meta.url).resolve("typescript/package.json");
    const compiler = path.join(path.dirname(manifest), "bin", "tsc");
    const folder = fileURLToPath(new URL(".", import.meta.url));
    const run = promisify(execFile)(process.execPath, [compiler, "-p", folder]);
    await expect(run.catch((error) => error.stdout)).resolves.toMatchObject({ stdout: "" });
  }, 60_000);
});
