/** Something that is asked of a server, and what the model says to it. */
import type { OrderOfDay } from "../model/passing.js";
import type { Reply } from "../model/reply.js";
import type { World } from "../model/world.js";
import type { Answer } from "../server/http.js";
import type { Instance } from "../server/instance.js";
import type { Simulation } from "../simulation.js";

/** The world is changed part by part; between two parts, others may change it too. */
export type Foresight = Iterator<undefined, Reply>;

export interface Deed {
  readonly what: string;
  /** The account to be shown when something is wrong. */
  readonly account?: string;
  /** How many parts it has at most. */
  readonly parts: number;
  /** How it may be sent again when the answer was lost: by its key, as it stands, or not at all. */
  readonly again: "by key" | "as it stands" | "never";
  /** Of a deed with a key. */
  readonly keyed?: {
    readonly caller: string;
    /** Sends something else under the same key. */
    clash(server: Instance): Promise<Answer>;
  };
  send(server: Instance): Promise<Answer>;
  foresee(world: World, orderOf: OrderOfDay): Foresight;
  /** Learns what only the server knows. */
  after?(sim: Simulation): Promise<void>;
}

/** A deed that is done whole. */
export function wholeDeed(
  deed: Omit<Deed, "parts" | "foresee"> & { foresee(world: World, orderOf: OrderOfDay): Reply },
): Deed {
  return {
    ...deed,
    parts: 1,
    foresee: (world, orderOf) => ({
      next: () => ({ done: true, value: deed.foresee(world, orderOf) }),
    }),
  };
}
