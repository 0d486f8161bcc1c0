// Asks the server for JSON. Whatever goes wrong arrives as one Failure that the page can show.

export class Failure extends Error {
  /** Without `status` the server was not reached; without `detail` its reply could not be read. */
  constructor({ status = null, detail = null, requestId = null } = {}) {
    super(detail ?? `HTTP ${status}`);
    Object.assign(this, { status, detail, requestId });
  }
}

export function search(query, signal) {
  const headers = { "Content-Type": "application/json" };
  return ask("/v1/search", { method: "POST", headers, body: JSON.stringify({ query }), signal });
}

export async function ask(address, options = {}) {
  let response;
  try {
    response = await fetch(address, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Failure();
  }
  const { status } = response;
  const header = response.headers.get("X-Request-ID");
  let body;
  try {
    body = await response.json();
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Failure({ status, requestId: header });
  }
  if (response.ok) return body;
  throw new Failure({ status, detail: body?.detail ?? null, requestId: body?.request_id ?? header });
}
