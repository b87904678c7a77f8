/** What every screen may use: who is signed in, and the two APIs as that principal. */
import { useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useMemo } from "react";
import { createOperator, type Operator } from "./operator.js";
import type { SessionInfo, SignedIn } from "./session.js";
import type { Wire } from "./wire.js";

export interface ConsoleApi {
  readonly session: SignedIn;
  readonly info: SessionInfo;
  /** null: the session is an account's. */
  readonly operator: Operator | null;
  /** The wire on behalf of a master or regular account; an account's session is always itself. */
  wireFor(masterId: string): Promise<Wire>;
}

const Context = createContext<ConsoleApi | null>(null);

export function ConsoleProvider({
  info,
  session,
  children,
}: {
  readonly info: SessionInfo;
  readonly session: SignedIn;
  readonly children: ReactNode;
}) {
  const api = useMemo<ConsoleApi>(() => {
    const wires = new Map<string, Promise<Wire>>();
    return {
      session,
      info,
      operator: session.kind === "operator" ? createOperator(session) : null,
      wireFor(masterId) {
        const actsFor = session.kind === "operator" ? masterId : null;
        const known = wires.get(actsFor ?? "");
        if (known !== undefined) return known;
        const wire = import("./wire.js").then((module) => module.createWire(session, actsFor));
        wires.set(actsFor ?? "", wire);
        return wire;
      },
    };
  }, [session, info]);
  return <Context value={api}>{children}</Context>;
}

export function useConsole(): ConsoleApi {
  const api = useContext(Context);
  if (api === null) throw new Error("This part is only for people who are signed in.");
  return api;
}

/** After a change: everything on the screen is asked for again. */
export function useRefresh(): () => Promise<void> {
  const client = useQueryClient();
  return () => client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== "session" });
}
