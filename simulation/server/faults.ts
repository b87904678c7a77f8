/**
 * Faults between a server and its PostgreSQL. Every statement of a named server passes through here; one
 * of them, counted among those within transactions, is where the connection breaks or the server dies.
 */
import { type Duplex, finished, Stream } from "node:stream";
import pg from "pg";

/** before: the statement is never sent; during: its answer is lost; after: the server dies upon its answer. */
export type Moment = "before" | "during" | "after";

export interface Fault {
  /** The server's name, as in its DATABASE_URL. */
  readonly server: string;
  /** Which statement within a transaction, counted from 1 from now on. */
  readonly statement: number;
  readonly moment: Moment;
  /** connection: this one breaks; server: everything that the server still does is lost. */
  readonly scope: "connection" | "server";
}

interface Armed extends Fault {
  sent: number;
  onStruck: () => void;
  struck: boolean;
}

let armed: Armed | null = null;
/** Servers that died: nothing that they do reaches PostgreSQL. */
const dead = new Set<string>();
/** Connections within a transaction. */
const inTransaction = new WeakSet<object>();

interface Wired {
  readonly connection: { readonly stream: { destroy(): void } };
  readonly connectionParameters: { readonly application_name?: string };
}

type Query = (this: pg.Client, ...args: unknown[]) => unknown;
type Callback = (error: Error | null, result?: unknown) => void;

/** From now on faults can be armed, and servers asked whether they rest. Only once in a process. */
export function watchStatements(): void {
  const original = pg.Client.prototype.query as unknown as Query;
  const connect = pg.Client.prototype.connect as unknown as Query;
  const watchedConnect: Query = function (...args) {
    return counted(connect, this, args);
  };
  pg.Client.prototype.connect = watchedConnect as unknown as typeof pg.Client.prototype.connect;
  const watched: Query = function (...args) {
    const { connection, connectionParameters } = this as unknown as Wired;
    const server = connectionParameters.application_name ?? "";
    const send = () => counted(original, this, args);
    const cut = () => connection.stream.destroy();
    if (dead.has(server)) cut();
    const isWithin = noteTransaction(this, textOf(args[0]));
    const fault = armed;
    if (fault === null || fault.server !== server || !isWithin) return send();
    fault.sent += 1;
    if (fault.sent !== fault.statement) return send();
    const strike = () => {
      fault.struck = true;
      if (fault.scope === "server") dead.add(server);
      cut();
      fault.onStruck();
    };
    if (fault.moment === "before") strike();
    if (fault.moment === "after") return struckAfter(original, this, args, strike);
    const sent = send();
    if (fault.moment === "during") strike();
    return sent;
  };
  pg.Client.prototype.query = watched as unknown as typeof pg.Client.prototype.query;
}

/** Statements, and connections in the making, of each server that have no answer yet. */
const underWay = new Map<string, number>();

/** Calls a method of a client, which tells by callback, promise or stream, and counts until it is done. */
function counted(method: Query, client: pg.Client, args: readonly unknown[]): unknown {
  const { connectionParameters } = client as unknown as Wired;
  const server = connectionParameters.application_name ?? "";
  const add = (change: number) => underWay.set(server, (underWay.get(server) ?? 0) + change);
  add(1);
  const callback = args.at(-1);
  if (typeof callback === "function") {
    const told: Callback = (...answer) => {
      add(-1);
      (callback as Callback)(...answer);
    };
    return Reflect.apply(method, client, [...args.slice(0, -1), told]);
  }
  const answer = Reflect.apply(method, client, args);
  const done = () => add(-1);
  if (answer instanceof Promise) answer.then(done, done);
  else if (answer instanceof Stream) finished(answer as Duplex, done);
  else done();
  return answer;
}

/** Turns of the event loop without a statement after which a server rests. */
const QUIET_TURNS = 10;

/** Resolves when the server waits for nothing from PostgreSQL, and asks for nothing more. */
export async function untilAtRest(server: string): Promise<void> {
  for (let quiet = 0; quiet < QUIET_TURNS; ) {
    await new Promise((resolve) => setImmediate(resolve));
    quiet = (underWay.get(server) ?? 0) === 0 ? quiet + 1 : 0;
  }
}

function textOf(statement: unknown): string {
  if (typeof statement === "string") return statement;
  return String((statement as { text?: unknown } | null)?.text ?? "");
}

/** Whether the statement belongs to a transaction: those from `begin` to `commit` do. */
function noteTransaction(client: object, text: string): boolean {
  if (text === "begin") inTransaction.add(client);
  const isWithin = inTransaction.has(client);
  if (text === "commit" || text === "rollback") inTransaction.delete(client);
  return isWithin;
}

/** Whoever sent the statement never sees its answer. */
function struckAfter(
  original: Query,
  client: pg.Client,
  args: readonly unknown[],
  strike: () => void,
): unknown {
  const lost = () => new Error("Connection terminated unexpectedly");
  const callback = args.at(-1);
  if (typeof callback === "function") {
    const told: Callback = () => {
      strike();
      (callback as Callback)(lost());
    };
    return counted(original, client, [...args.slice(0, -1), told]);
  }
  const answer = counted(original, client, args);
  if (!(answer instanceof Promise)) {
    // COPY, which is a stream, and breaks while it runs.
    strike();
    return answer;
  }
  return answer.then(() => {
    strike();
    throw lost();
  });
}

export interface ArmedFault {
  /** Resolves when the fault strikes. */
  readonly struck: Promise<void>;
  readonly hasStruck: () => boolean;
  disarm(): void;
}

export function arm(fault: Fault): ArmedFault {
  let onStruck: () => void = () => undefined;
  const struck = new Promise<void>((resolve) => {
    onStruck = resolve;
  });
  const here: Armed = { ...fault, sent: 0, onStruck, struck: false };
  armed = here;
  return {
    struck,
    hasStruck: () => here.struck,
    disarm: () => {
      if (armed === here) armed = null;
    },
  };
}

/** A server of that name starts anew. */
export function revive(server: string): void {
  dead.delete(server);
}
