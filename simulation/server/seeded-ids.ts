/**
 * Random ids and secrets, made repeatable: account ids decide the order in which a bill run goes through
 * accounts, and with it who gets a payer's credit first.
 */
import crypto from "node:crypto";
import { syncBuiltinESMExports } from "node:module";
import { Random } from "../random.js";

/** From now on `randomBytes` and `randomUUID` of this process follow from the seed. */
export function seedIds(seed: number): void {
  const random = new Random(seed ^ 0x5eed);
  const bytes = (size: number) =>
    Buffer.from(Array.from({ length: size }, () => random.int(0, 255)));
  const uuid = () => {
    const hex = bytes(16).toString("hex");
    const parts = [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`];
    return [...parts, `a${hex.slice(17, 20)}`, hex.slice(20)].join("-");
  };
  Object.assign(crypto, { randomBytes: bytes, randomUUID: uuid });
  syncBuiltinESMExports();
}
