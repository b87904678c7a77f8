/** The container's files beside the repository that they are made from: what a build would stumble over. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const read = (name: string) =>
  readFileSync(fileURLToPath(new URL(`../${name}`, import.meta.url)), "utf8");
const dockerfile = read("Dockerfile");

it("the description of every package is there before the packages are installed", () => {
  const { workspaces } = JSON.parse(read("package.json")) as { workspaces: string[] };
  const beforeInstall = dockerfile.slice(0, dockerfile.indexOf("RUN npm ci"));
  for (const folder of workspaces) {
    expect(beforeInstall).toContain(`COPY ${folder}/package.json ${folder}/\n`);
  }
});

it("what the build copies is not left out of its context", () => {
  const ignored = read(".dockerignore").split("\n").filter(Boolean);
  const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, sources]) =>
    (sources ?? "").split(" "),
  );
  expect(copied.length).toBeGreaterThan(10);
  expect(copied.filter((path) => ignored.includes(path))).toEqual([]);
});

it("it runs as a user without rights, and can be stopped and asked for its health", () => {
  const final = dockerfile.slice(dockerfile.lastIndexOf("\nFROM "));
  expect(final).toMatch(/^USER node$/m);
  expect(final).toMatch(/^HEALTHCHECK /m);
  expect(final).toMatch(/^ENTRYPOINT \["node", /m);
});
