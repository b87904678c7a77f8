/** When the service answered, on its own clock: ISO. A test clock may live in another year. */
export function answeredAt(headers: Headers): string {
  const ms = Date.parse(headers.get("date") ?? "");
  return new Date(Number.isNaN(ms) ? Date.now() : ms).toISOString();
}
