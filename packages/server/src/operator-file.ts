/** Files that an operator hands over: read whole, checked whole, and not used at all when they are wrong. */
import { readFile } from "node:fs/promises";
import { ConfigError } from "./config.js";

/** Throws a ConfigError of one line when the file cannot be read, is too large, or is no JSON. */
export async function readJsonFile(path: string, maxKilobytes: number): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    throw new ConfigError(`${path} cannot be read: ${(error as Error).message}`);
  }
  if (text.length > maxKilobytes * 1_024) {
    throw new ConfigError(`${path} is larger than ${maxKilobytes} kB.`);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ConfigError(`${path} is not JSON: ${(error as Error).message}`);
  }
}

export function refusedFile(path: string, problems: readonly string[]): ConfigError {
  return new ConfigError(`${path} is not used, since it is wrong:\n  ${problems.join("\n  ")}`);
}
