/** The methods' types, derived from the contract: one for each operation, none listed by hand. */
import type {
  Operations,
  PathParams,
  Query,
  RequestBody,
  ResponseBody,
  ToolName,
} from "@paymaster/contract";
import type { PdfDownload } from "./pdf.js";
import type { Priority } from "./planner/types.js";
import type { Preview } from "./preview.js";
import type { Answer } from "./request.js";

/** What every call takes. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  /** For this call; the client's otherwise. */
  readonly timeoutMs?: number | undefined;
  /** With a quota planner: whether somebody waits for the answer. Default `interactive`. */
  readonly priority?: Priority | undefined;
  /** With a quota planner: a longer wait for the quota ends in RateLimitError at once. */
  readonly maxWaitMs?: number | undefined;
  /** With a quota planner: calls of one flow keep their order, and flows take turns. */
  readonly flow?: string | undefined;
}

/** What a call that changes something takes besides. */
export interface WriteOptions extends CallOptions {
  /**
   * Paymaster answers a repeated key with the first answer, for 24 hours. Other services ignore it:
   * there, a repeated write is made twice.
   */
  readonly idempotencyKey?: string | undefined;
  /** Ask what the write would do, and change nothing. */
  readonly preview?: boolean | undefined;
  /** Make sure that the write is made, and once, though answers get lost. Default: the client's. */
  readonly retryWrites?: boolean | undefined;
}

type Writes = { readonly effect: "write" | "cancel" };
type AnswersFile = { readonly response: { readonly contentType: string } };

/** undefined where an operation has no such part. */
type Part<T> = [T] extends [null | undefined] ? unknown : T;
type BodyPart<T extends ToolName> = [RequestBody<T>] extends [null | undefined]
  ? unknown
  : undefined extends RequestBody<T>
    ? { readonly body?: RequestBody<T> }
    : { readonly body: RequestBody<T> };

type Flat<T> = { [K in keyof T]: T[K] };

/** Path and query parameters side by side, and `body`. */
export type Input<T extends ToolName> = Flat<Part<PathParams<T>> & Part<Query<T>> & BodyPart<T>>;

/** What a call comes to: parsed JSON, a file, or nothing. */
export type Output<T extends ToolName> = Operations[T] extends AnswersFile
  ? PdfDownload
  : [ResponseBody<T>] extends [null | undefined]
    ? undefined
    : ResponseBody<T>;

/** Options that ask for a preview, which is then what the call comes to. */
export type PreviewOptions = WriteOptions & { readonly preview: true };
type CarryOutOptions = WriteOptions & { readonly preview?: false | undefined };

/** The input may be left out when nothing in it is required. */
type Arguments<T extends ToolName, O> =
  Record<never, never> extends Input<T>
    ? [input?: Input<T>, options?: O]
    : [input: Input<T>, options?: O];

type ReadMethod<T extends ToolName> = (...args: Arguments<T, CallOptions>) => Promise<Output<T>>;

interface WriteMethod<T extends ToolName> {
  (input: Input<T>, options: PreviewOptions): Promise<Preview>;
  (...args: Arguments<T, CarryOutOptions>): Promise<Output<T>>;
  (...args: Arguments<T, WriteOptions>): Promise<Preview | Output<T>>;
}

/** Tool names of the operations that change something. */
export type WritingTool = {
  [T in ToolName]: Operations[T] extends Writes ? T : never;
}[ToolName];

/** `accountPlans`, `getPlanUsage`, `downloadInvoicePDF`, ...: the operationIds of 2021. */
export type OperationMethods = {
  readonly [T in ToolName as Operations[T]["id"]]: T extends WritingTool
    ? WriteMethod<T>
    : ReadMethod<T>;
};

/** A call that also tells status, headers and quota. */
export interface Call {
  <T extends WritingTool>(
    tool: T,
    input: Input<T>,
    options: PreviewOptions,
  ): Promise<Answer<Preview>>;
  <T extends ToolName>(
    tool: T,
    ...args: Arguments<T, T extends WritingTool ? CarryOutOptions : CallOptions>
  ): Promise<Answer<Output<T>>>;
}

/** For programs that choose the operation at run time: nothing is checked by the compiler. */
export type Request = (
  tool: string,
  input?: Readonly<Record<string, unknown>>,
  options?: WriteOptions,
) => Promise<Answer<unknown>>;
