/**
 * Two PostgreSQL servers with synchronous replication under Patroni, which agree through etcd who takes
 * writes: a small copy of what people run, on loopback, in one temporary directory.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { cleanEnvironment } from "../../src/postgres/binaries.js";
import { giveTo, makeDir } from "../../src/postgres/location.js";
import { processesOf } from "../../src/postgres/processes.js";
import { chooseUser } from "../../src/postgres/run-as.js";
import { freePorts } from "../faults/support/ports.js";
import { signalAll } from "../faults/support/signals.js";

const POSTGRES_DIR = "/usr/lib/postgresql/15/bin";
const PROGRAMS = {
  patroni: "/usr/bin/patroni",
  "etcd-server": "/usr/bin/etcd",
  "postgresql-15": join(POSTGRES_DIR, "postgres"),
};
const START_LIMIT_MS = 90_000;
/** What Patroni waits for a leader that is silent: the most of the time that a failover takes. */
const LEADER_TTL_SECONDS = 15;

/** Why there can be no cluster here, with what to do about it; null: there can. */
export function whyNot(): string | null {
  const missing = Object.entries(PROGRAMS).filter(([, path]) => !existsSync(path));
  if (missing.length === 0) return null;
  const names = missing.map(([name]) => name).join(" ");
  return `not installed: ${names}. On Debian 12: apt-get install --no-install-recommends ${names}`;
}

export interface Node {
  readonly name: string;
  readonly port: number;
  /** Ends the machine, as it were: Patroni and all of PostgreSQL with SIGKILL. */
  kill(): void;
}

export interface Cluster {
  readonly nodes: readonly Node[];
  /** Names both nodes. */
  readonly databaseUrl: string;
  primary(): Promise<Node>;
  /** Of the last lines that each program wrote. */
  logs(): string;
  stop(): Promise<void>;
}

export async function startCluster(): Promise<Cluster> {
  const dir = mkdtempSync(join(tmpdir(), "paymaster-failover-"));
  const user = chooseUser(undefined, tmpdir());
  giveTo(dir, user);
  const children: ChildProcess[] = [];
  const run = (name: string, program: string, args: readonly string[]) => {
    const output = openSync(join(dir, `${name}.log`), "w");
    const env = { ...cleanEnvironment(), PATH: process.env.PATH ?? "" };
    const stdio = ["ignore" as const, output, output];
    const child = spawn(program, args, { cwd: dir, env, stdio, ...user.spawn });
    closeSync(output);
    children.push(child);
    return child;
  };
  const [etcd, peer, ...ports] = await freePorts(6);
  const nodes: Node[] = [];
  const logs = () =>
    ["etcd", "a", "b"]
      .filter((name) => existsSync(join(dir, `${name}.log`)))
      .map((name) => `${name}: ${readFileSync(join(dir, `${name}.log`), "utf8").slice(-2_000)}`)
      .join("\n");
  const stop = async () => {
    for (const node of nodes) node.kill();
    for (const child of children) await end(child);
    rmSync(dir, { recursive: true, force: true });
  };
  try {
    const [client, among] = [`http://127.0.0.1:${etcd}`, `http://127.0.0.1:${peer}`];
    run("etcd", PROGRAMS["etcd-server"], [
      ...["--name", "one", "--data-dir", join(dir, "etcd")],
      ...["--listen-client-urls", client, "--advertise-client-urls", client],
      ...["--listen-peer-urls", among, "--initial-advertise-peer-urls", among],
      ...["--initial-cluster", `one=${among}`],
    ]);
    for (const [index, name] of ["a", "b"].entries()) {
      const [port = 0, rest = 0] = [ports[index], ports[index + 2]];
      const home = join(dir, name);
      if (makeDir(home, 0o700)) giveTo(home, user);
      const file = join(dir, `${name}.json`);
      // JSON is YAML.
      writeFileSync(file, JSON.stringify(settings({ name, home, port, rest, etcd: etcd ?? 0 })));
      const patroni = run(name, PROGRAMS.patroni, [file]);
      nodes.push({
        name,
        port,
        kill: () => {
          patroni.kill("SIGKILL");
          signalAll(processesOf(join(home, "data")), "SIGKILL");
        },
      });
      // The first one makes the cluster, the second one copies it.
      await untilReady(port, name === "b" ? "a standby" : "writable", logs);
    }
    await untilSynchronous(nodes[0]?.port ?? 0, logs);
    await ask(nodes[0]?.port ?? 0, "create role paymaster login");
    await ask(nodes[0]?.port ?? 0, "create database paymaster owner paymaster");
  } catch (error) {
    await stop();
    throw error;
  }
  const hosts = nodes.map(({ port }) => `127.0.0.1:${port}`).join(",");
  return {
    nodes,
    databaseUrl: `postgres://paymaster@${hosts}/paymaster?target_session_attrs=read-write`,
    primary: async () => {
      for (const node of nodes) if (await isWritable(node.port).catch(() => false)) return node;
      throw new Error(`there is no primary\n${logs()}`);
    },
    logs,
    stop,
  };
}

interface NodeSettings {
  readonly name: string;
  readonly home: string;
  readonly port: number;
  readonly rest: number;
  readonly etcd: number;
}

function settings({ name, home, port, rest, etcd }: NodeSettings) {
  const address = (number: number) => `127.0.0.1:${number}`;
  return {
    scope: "paymaster",
    name,
    restapi: { listen: address(rest), connect_address: address(rest) },
    etcd3: { host: address(etcd) },
    bootstrap: {
      dcs: {
        ttl: LEADER_TTL_SECONDS,
        loop_wait: 1,
        retry_timeout: 5,
        maximum_lag_on_failover: 1_048_576,
        // A change is acknowledged when both have it; without a second node the first goes on alone.
        synchronous_mode: true,
        postgresql: { use_pg_rewind: true, parameters: { synchronous_commit: "on" } },
      },
      initdb: [{ encoding: "UTF8" }, { locale: "C.UTF-8" }, "data-checksums"],
    },
    postgresql: {
      listen: address(port),
      connect_address: address(port),
      data_dir: join(home, "data"),
      bin_dir: POSTGRES_DIR,
      pgpass: join(home, "pgpass"),
      authentication: {
        superuser: { username: "postgres" },
        replication: { username: "replicator" },
        rewind: { username: "rewinder" },
      },
      parameters: { unix_socket_directories: "" },
      pg_hba: ["host all all 127.0.0.1/32 trust", "host replication all 127.0.0.1/32 trust"],
    },
  };
}

async function ask(port: number, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({
    ...{ host: "127.0.0.1", port, user: "postgres", database: "postgres" },
    connectionTimeoutMillis: 2_000,
    query_timeout: 10_000,
  });
  client.on("error", () => undefined);
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    client.end().catch(() => undefined);
  }
}

async function isWritable(port: number): Promise<boolean> {
  const [row] = await ask(port, "select pg_is_in_recovery() as standby");
  return row?.standby === false;
}

async function untilReady(port: number, wanted: "writable" | "a standby", logs: () => string) {
  await until(`a node that is ${wanted}`, logs, async () => {
    return (await isWritable(port)) === (wanted === "writable");
  });
}

async function untilSynchronous(port: number, logs: () => string): Promise<void> {
  await until("synchronous replication", logs, async () => {
    const rows = await ask(port, "select 1 from pg_stat_replication where sync_state = 'sync'");
    return rows.length === 1;
  });
}

async function until(what: string, logs: () => string, condition: () => Promise<boolean>) {
  const deadlineMs = performance.now() + START_LIMIT_MS;
  while (!(await condition().catch(() => false))) {
    if (performance.now() > deadlineMs) throw new Error(`waited in vain for ${what}\n${logs()}`);
    await sleep(200);
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await ended;
}
