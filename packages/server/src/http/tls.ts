/** HTTPS, where the server is given a certificate; a renewed one is taken up without a restart. */
import { readFileSync, unwatchFile, watchFile } from "node:fs";
import type { Server as HttpsServer } from "node:https";
import { createSecureContext } from "node:tls";
import type { FastifyInstance } from "fastify";
import { ConfigError, type TlsFiles } from "../config-values.js";
import type { Log } from "../server.js";

export interface TlsSettings {
  readonly cert: Buffer;
  readonly key: Buffer;
  readonly minVersion: "TLSv1.2";
}

/** Certificates are renewed weeks before they end. */
const WATCH_MS = 30_000;

/** Throws a ConfigError that says which file is wrong. */
export function readTlsFiles(files: TlsFiles): TlsSettings {
  const settings: TlsSettings = {
    cert: readPart("--tls-cert", files.certFile),
    key: readPart("--tls-key", files.keyFile),
    minVersion: "TLSv1.2",
  };
  try {
    createSecureContext(settings);
  } catch (error) {
    const { message } = error as Error;
    throw new ConfigError(
      `${files.certFile} and ${files.keyFile} are no certificate with its key in PEM: ${message}`,
    );
  }
  return settings;
}

function readPart(name: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new ConfigError(`${name}: ${path} cannot be read: ${(error as Error).message}`);
  }
}

/** Takes up the files whenever they change, for connections from then on; until the application closes. */
export function followTlsFiles(
  app: FastifyInstance,
  files: TlsFiles,
  log: Log,
  watchMs = WATCH_MS,
): void {
  const server = app.server as unknown as HttpsServer;
  const reload = () => {
    try {
      server.setSecureContext(readTlsFiles(files));
      log({ level: "info", message: "The TLS certificate was read anew." });
    } catch (error) {
      // A renewal writes one file after the other: the old pair serves on until both fit.
      log({ level: "warn", message: "The TLS certificate stays as it was", error: String(error) });
    }
  };
  const paths = [files.certFile, files.keyFile];
  for (const path of paths) watchFile(path, { interval: watchMs, persistent: false }, reload);
  app.addHook("onClose", async () => {
    for (const path of paths) unwatchFile(path, reload);
  });
}
