/**
 * The built console: its files are read once, at the start, with the compressed forms that the build
 * made beside them, so that a request never becomes a path on the disk.
 */
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { extname, join } from "node:path";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { setPageHeaders } from "../http/page-headers.js";

export interface ConsoleFiles {
  /** Folder with `index.html` and what it refers to. */
  readonly directory: string;
  /** Addresses of the console's pages, e.g. `/accounts/:id`: a navigation there gets `index.html`. */
  readonly pages: readonly string[];
}

interface StoredFile {
  readonly type: string;
  readonly etag: string;
  readonly plain: Buffer;
  /** By content coding, best first. */
  readonly compressed: ReadonlyMap<string, Buffer>;
}

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".woff2": "font/woff2",
};
const CODINGS = { br: ".br", gzip: ".gz" } as const;
/** Their names hold a hash of their content. */
const IMMUTABLE = "public, max-age=31536000, immutable";
const REVALIDATE = "no-cache";

/** Throws when the folder holds no build. */
export async function registerConsoleFiles(
  app: FastifyInstance,
  { directory, pages }: ConsoleFiles,
): Promise<void> {
  const files = await readFiles(directory);
  const index = files.get("/index.html");
  if (index === undefined) throw new Error(`${directory} holds no index.html.`);
  for (const [path, file] of files) {
    const caching = path.startsWith("/assets/") ? IMMUTABLE : REVALIDATE;
    if (path !== "/index.html") {
      app.get(path, (request, reply) => sendFile(request, reply, file, caching));
    }
  }
  for (const page of pages) {
    app.get(page, (request, reply) => {
      // A program that takes a page's address for the API's gets the API's answer.
      if (page !== "/" && !isNavigation(request)) return reply.callNotFound();
      setPageHeaders(reply, {
        ownFiles: true,
        inlineStyles: true,
        dataImages: true,
        blobFrames: true,
      });
      return sendFile(request, reply, index, REVALIDATE);
    });
  }
}

function isNavigation(request: FastifyRequest): boolean {
  return /\btext\/html\b/i.test(request.headers.accept ?? "");
}

function sendFile(
  request: FastifyRequest,
  reply: FastifyReply,
  file: StoredFile,
  caching: string,
): FastifyReply {
  reply.removeHeader("pragma");
  reply.headers({ "cache-control": caching, etag: file.etag, vary: "accept-encoding" });
  if (request.headers["if-none-match"] === file.etag) return reply.code(304).send();
  const accepted = acceptedCodings(request.headers["accept-encoding"]);
  for (const [coding, content] of file.compressed) {
    if (accepted.has(coding)) {
      return reply.header("content-encoding", coding).type(file.type).send(content);
    }
  }
  return reply.type(file.type).send(file.plain);
}

/** Without those that are refused with `;q=0`. */
function acceptedCodings(header: string | string[] | undefined): ReadonlySet<string> {
  const parts = String(header ?? "").split(",");
  const accepted = parts.filter((part) => !/;\s*q=0(\.0*)?\s*$/.test(part));
  return new Set(accepted.map((part) => (part.split(";")[0] ?? "").trim().toLowerCase()));
}

async function readFiles(directory: string): Promise<ReadonlyMap<string, StoredFile>> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => extname(path) in TYPES);
  const files = await Promise.all(
    paths.map(async (path) => {
      const url = path.slice(directory.length).replaceAll("\\", "/").replace(/^\/*/, "/");
      return [url, await readStored(path)] as const;
    }),
  );
  return new Map(files);
}

async function readStored(path: string): Promise<StoredFile> {
  const plain = await readFile(path);
  const compressed = new Map<string, Buffer>();
  for (const [coding, suffix] of Object.entries(CODINGS)) {
    const content = await readFile(path + suffix).catch(() => null);
    if (content !== null) compressed.set(coding, content);
  }
  const hash = createHash("sha256").update(plain).digest("base64url").slice(0, 22);
  return { type: TYPES[extname(path)] ?? "", etag: `"${hash}"`, plain, compressed };
}
