/** The service that a command talks to: a client whose quotas all commands of this user share. */
import {
  type CallOptions,
  createClient,
  createQuotaPlanner,
  findServiceProfile,
  type PaymasterClient,
  type QuotaPlanner,
  type RetryPolicy,
} from "@paymaster/client";
import { quotaFile, sharedQuotaStore, stateFolder } from "@paymaster/client/node";
import type { CommandContext, FlagValues } from "./command.js";
import { type Connection, findConnection } from "./credentials.js";

export interface Service {
  readonly client: PaymasterClient;
  readonly quota: QuotaPlanner;
  readonly connection: Connection;
  /** The folder for what outlives a command. */
  readonly stateFolder: string;
  close(): Promise<void>;
}

export interface ServiceOptions {
  /** The longest wait for a quota; by default interactive calls wait 5 s, background calls 15 min. */
  readonly maxWaitMs?: Partial<Record<NonNullable<CallOptions["priority"]>, number>> | undefined;
  readonly timeoutMs?: number | undefined;
  readonly retry?: Partial<RetryPolicy> | undefined;
  /** For work that is planned ahead: asks the service first which generation's limits hold. */
  readonly asksProfile?: boolean | undefined;
  /** Puts something around the planner that the client's calls go through. */
  readonly planner?: ((quota: QuotaPlanner) => QuotaPlanner) | undefined;
}

/** Finds the credential by the line's `--as` and `--credentials`, and the environment. */
async function openService(
  flags: FlagValues,
  context: CommandContext,
  options: ServiceOptions,
): Promise<Service> {
  const choice = { profile: flags.text("as"), file: flags.text("credentials") };
  const connection = findConnection(context.environment, choice);
  const folder = stateFolder(context.environment);
  const { baseUrl, authentication, caller } = connection;
  const store = sharedQuotaStore(quotaFile(folder, baseUrl, caller), (line) =>
    context.output.say(`paymaster: ${line}`),
  );
  const { asksProfile, maxWaitMs, planner = (quota) => quota } = options;
  // A service that does not answer is found out by the calls themselves, which are repeated.
  const profile = asksProfile
    ? await findServiceProfile(baseUrl, context.signal).catch(() => undefined)
    : undefined;
  const quota = planner(createQuotaPlanner({ store, maxWaitMs, profile }));
  const client = createClient({
    baseUrl,
    authentication,
    quota,
    timeoutMs: options.timeoutMs,
    retry: options.retry,
    // A write whose answer is lost is found out about; it is never made twice.
    retryWrites: true,
  });
  return { client, quota, connection, stateFolder: folder, close: () => quota.close() };
}

/** Runs a command's work and lets go of the shared counts, whatever comes of it. */
export async function withService<T>(
  flags: FlagValues,
  context: CommandContext,
  options: ServiceOptions,
  work: (service: Service) => Promise<T>,
): Promise<T> {
  const service = await openService(flags, context, options);
  try {
    return await work(service);
  } catch (error) {
    throw blame(error, service.connection);
  } finally {
    await service.close();
  }
}

/** Remembers for the message whose credential it was. */
const blamed = new WeakMap<object, Connection>();

function blame(error: unknown, connection: Connection): unknown {
  if (typeof error === "object" && error !== null) blamed.set(error, connection);
  return error;
}

export function connectionOfError(error: unknown): Connection | undefined {
  return typeof error === "object" && error !== null ? blamed.get(error) : undefined;
}
