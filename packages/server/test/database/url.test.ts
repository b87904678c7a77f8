/** DATABASE_URL beyond what node-postgres reads of it. */
import { describe, expect, it } from "vitest";
import { parseDatabaseUrl } from "../../src/database/url.js";

describe("DATABASE_URL", () => {
  it("of one host is passed on as it is", () => {
    for (const text of [
      "postgresql://u:p@db.example.com:5432/x",
      "postgres://u@%2Frun%2Fpostgresql/x",
      "postgresql:///x",
      "postgres://u:p%40%2C@[::1]:5432/x",
    ]) {
      expect(parseDatabaseUrl(text)).toEqual({
        urls: [text],
        mustBeWritable: false,
        preparedStatements: true,
      });
    }
  });

  it("of several hosts is one for each, and a writable one is looked for", () => {
    const text = "postgres://u:p@127.0.0.1:5433,db-2:5434,[::1]/x?sslmode=require";
    expect(parseDatabaseUrl(text)).toEqual({
      urls: [
        "postgres://u:p@127.0.0.1:5433/x?sslmode=require",
        "postgres://u:p@db-2:5434/x?sslmode=require",
        "postgres://u:p@[::1]/x?sslmode=require",
      ],
      mustBeWritable: true,
      preparedStatements: true,
    });
  });

  it("says of one host that it must be writable", () => {
    expect(parseDatabaseUrl("postgres://u@a/x?target_session_attrs=read-write")).toMatchObject({
      urls: ["postgres://u@a/x"],
      mustBeWritable: true,
    });
  });

  it("turns named statements off for a pooler", () => {
    expect(parseDatabaseUrl("postgres://u@a:6432/x?prepared_statements=off")).toEqual({
      urls: ["postgres://u@a:6432/x"],
      mustBeWritable: false,
      preparedStatements: false,
    });
  });

  it.each([
    ["mysql://u@a/x", "must be like"],
    ["postgres://u@a:port/x", "must be like"],
    ["postgres://u@a,/x", "must be like"],
    ["postgres://u@a:1,b:port/x", "must be like"],
    ["postgres://u@a/x?target_session_attrs=standby", "must be read-write or primary"],
    ["postgres://u@a/x?prepared_statements=maybe", "must be on or off"],
    [`postgres://u:secret@${"a,".repeat(16)}a/x`, "at most 16 hosts"],
  ])("%s is refused", (text, problem) => {
    const parsed = parseDatabaseUrl(text);
    expect(parsed).toMatchObject({ problem: expect.stringContaining(problem) });
    expect(JSON.stringify(parsed)).not.toContain("secret");
  });
});
