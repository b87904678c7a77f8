/** Billing files in YAML (and so in JSON). */
import {
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  type YAMLMap,
} from "yaml";
import type { Problems, RawAccount, RawPlan } from "./check.js";
import type { Place } from "./desired.js";

const ROOT_MEMBERS = ["accounts", "contact"];
const ACCOUNT_MEMBERS = ["account", "email", "base", "add_ons", "contact"];

/** @returns what could be read; the rest is in `problems` */
export function readYaml(text: string, problems: Problems): readonly RawAccount[] {
  return new YamlReader(text, problems).read();
}

class YamlReader {
  readonly #lines = new LineCounter();
  readonly #problems: Problems;
  readonly #text: string;

  constructor(text: string, problems: Problems) {
    this.#text = text;
    this.#problems = problems;
  }

  read(): readonly RawAccount[] {
    // Nodes are read as they stand: an alias, which can make a small file enormous, is none of them.
    const document = parseDocument(this.#text, { lineCounter: this.#lines, uniqueKeys: true });
    for (const { message, pos } of [...document.errors, ...document.warnings]) {
      this.#problems.add(this.#at(pos[0]), message.split("\n", 1)[0] ?? message);
    }
    if (document.errors.length > 0) return [];
    const root = document.contents;
    if (!isMap(root)) {
      this.#problems.add(this.#place(root), "expected a mapping with accounts");
      return [];
    }
    const members = this.#members(root, ROOT_MEMBERS);
    const contact = this.#contact(members.get("contact")?.value);
    const accounts = members.get("accounts")?.value;
    if (!isSeq(accounts)) {
      this.#problems.add(this.#place(accounts, root), "expected accounts: a list of accounts");
      return [];
    }
    return accounts.items.flatMap((item) => this.#account(item as Node, contact));
  }

  #account(node: Node, contact: RawAccount["contact"]): RawAccount[] {
    if (!isMap(node)) {
      this.#problems.add(this.#place(node), "expected an account: account or email, and base");
      return [];
    }
    const members = this.#members(node, ACCOUNT_MEMBERS);
    const base = members.get("base");
    if (base === undefined) {
      const message = "expected base: a plan with type and hosts, or null for no plan at all";
      this.#problems.add(this.#place(node), message);
      return [];
    }
    const baseNode = base.value as Node | null;
    const isNone = baseNode === null || (isScalar(baseNode) && baseNode.value === null);
    const basePlan = isNone ? null : this.#plan(baseNode);
    if (basePlan === undefined) return [];
    return [
      {
        id: this.#scalar(members.get("account")),
        email: this.#scalar(members.get("email")),
        base: basePlan,
        addOns: this.#plans(members.get("add_ons")),
        contact: this.#contact(members.get("contact")?.value) ?? contact,
        place: this.#place(node),
      },
    ];
  }

  #plans(pair: Pair | undefined): readonly RawPlan[] {
    const list = pair?.value;
    if (pair === undefined || list === null || (isScalar(list) && list.value === null)) return [];
    if (isSeq(list)) return list.items.flatMap((item) => this.#plan(item as Node) ?? []);
    this.#problems.add(this.#place(list as Node), "add_ons: expected a list of plans");
    return [];
  }

  #plan(node: Node): RawPlan | undefined {
    if (!isMap(node)) {
      this.#problems.add(
        this.#place(node),
        "expected a plan, e.g. {type: business_yearly, hosts: 10}",
      );
      return undefined;
    }
    const members = this.#members(node, undefined);
    const [type, hosts] = [members.get("type"), members.get("hosts")];
    const options: Record<string, unknown> = {};
    for (const [name, pair] of members) {
      if (name !== "type" && name !== "hosts") options[name] = this.#scalar(pair);
    }
    return {
      type: this.#scalar(type),
      typePlace: this.#place(type?.value, node),
      hosts: this.#scalar(hosts),
      hostsPlace: this.#place(hosts?.value, node),
      options,
    };
  }

  #contact(value: unknown): RawAccount["contact"] {
    if (value === undefined || value === null) return undefined;
    if (!isMap(value)) {
      this.#problems.add(this.#place(value as Node), "contact: expected a mapping");
      return undefined;
    }
    const contact: Record<string, string> = {};
    for (const [name, pair] of this.#members(value, undefined)) {
      const text = this.#scalar(pair);
      if (typeof text === "string") contact[name] = text;
      else this.#problems.add(this.#place(pair.value), `${name}: expected text; put it in quotes`);
    }
    return contact;
  }

  /** @param known undefined: any may stand here */
  #members(map: YAMLMap, known: readonly string[] | undefined): ReadonlyMap<string, Pair> {
    const members = new Map<string, Pair>();
    for (const pair of map.items) {
      const name = isScalar(pair.key) ? String(pair.key.value) : "";
      if (known !== undefined && !known.includes(name)) {
        const message = `unknown member ${JSON.stringify(name)}; expected ${known.join(", ")}`;
        this.#problems.add(this.#place(pair.key), message);
      }
      members.set(name, pair);
    }
    return members;
  }

  #scalar(pair: Pair | undefined): unknown {
    const value = pair?.value;
    return isScalar(value) ? value.value : (value ?? undefined);
  }

  /** @param parent whose place it is when the node itself is not there */
  #place(node: unknown, parent?: Node): Place {
    const range = (node as Node | null | undefined)?.range ?? parent?.range;
    return this.#at(range?.[0] ?? 0);
  }

  #at(offset: number): Place {
    const { line, col } = this.#lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  }
}
