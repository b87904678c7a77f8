/**
 * The shape of an operation's file: a function that takes only the services it uses and gives the
 * handler. Reading handlers answer; writing handlers decide, and are previewed or written by the caller.
 */
import type { ReadHandler, Services, WriteHandler } from "../http/call.js";

export type ReadFactory<Names extends keyof Services> = (
  services: Pick<Services, Names>,
) => ReadHandler;

export type WriteFactory = (services: Services) => WriteHandler;

export type Handler = { readonly read: ReadHandler } | { readonly write: WriteHandler };
