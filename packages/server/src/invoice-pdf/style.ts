/** Measures, colours and text styles of the invoice; points. */
import type { Canvas, Color, TextStyle } from "./canvas.js";
import { PAGE_HEIGHT, PAGE_WIDTH } from "./pdf-file.js";

export const LEFT = 48;
export const RIGHT = PAGE_WIDTH - 48;
export const WIDTH = RIGHT - LEFT;
export const TOP = 46;
/** Where the body ends and the footer begins. */
export const BOTTOM = PAGE_HEIGHT - 62;
/** Where the body starts on the second page and after it. */
export const CONTINUED_TOP = 84;

export const INK: Color = [17, 24, 39];
export const MUTED: Color = [87, 96, 111];
export const RULE: Color = [214, 218, 225];
export const PANEL: Color = [244, 245, 248];

export const STAMP_COLORS = {
  draft: [124, 84, 10],
  canceled: [153, 27, 27],
  paid: [22, 101, 52],
} as const satisfies Record<string, Color>;
export const WATERMARK_COLORS = {
  draft: [238, 240, 243],
  canceled: [250, 234, 234],
} as const satisfies Record<string, Color>;

export const TITLE: TextStyle = { weight: "semibold", size: 23, color: INK };
export const ISSUER: TextStyle = { weight: "semibold", size: 12.5, color: INK };
export const LABEL: TextStyle = { weight: "regular", size: 8.5, color: MUTED };
export const BODY: TextStyle = { weight: "regular", size: 8.5, color: INK };
export const STRONG: TextStyle = { weight: "semibold", size: 8.5, color: INK };
export const SMALL: TextStyle = { weight: "regular", size: 7.5, color: MUTED };
export const COLUMN_HEAD: TextStyle = { weight: "semibold", size: 7.5, color: MUTED };

/** One line of a stack of lines. */
export interface StackLine {
  readonly text: string;
  readonly style: TextStyle;
  /** Height of the line. */
  readonly leading: number;
}

/** Something of a known height that stands in the flow of the pages. */
export interface Block {
  readonly height: number;
  draw(canvas: Canvas, top: number): void;
}

export function heightOf(lines: readonly StackLine[]): number {
  return lines.reduce((sum, line) => sum + line.leading, 0);
}

/** The lines one below the other; right-aligned ones end at `x`. */
export function drawStack(
  canvas: Canvas,
  lines: readonly StackLine[],
  x: number,
  top: number,
): void {
  let y = top;
  for (const { text, style, leading } of lines) {
    canvas.text(text, x, baselineIn(y, leading, style.size), style);
    y += leading;
  }
}

/** The baseline on which capitals stand in the middle of a line's height. */
export function baselineIn(top: number, leading: number, size: number): number {
  return top + leading / 2 + size * 0.364;
}

export function rightAligned(style: TextStyle): TextStyle {
  return { ...style, align: "right" };
}
