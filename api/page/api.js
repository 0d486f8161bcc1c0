// Asks the server. Whatever goes wrong arrives as one Failure that the page can show.

export class Failure extends Error {
  /** Without `status` the server was not reached, or left in the middle; without `detail` its reply made no sense. */
  constructor({ status = null, detail = null, request_id: requestId = null } = {}) {
    super(detail ?? `HTTP ${status}`);
    Object.assign(this, { status, detail, requestId });
  }
}

export async function get(address) {
  return read(await reach(address));
}

export async function explain(query) {
  return read(await reach("/v1/search", posting({ query, explain: true })));
}

/** The events of an answer in the making as {event, data}. EventSource can only GET, and asks again by itself. */
export async function* answerEvents(question, signal) {
  const response = await reach("/v1/ask", { ...posting({ question, stream: true }), signal });
  if (!response.ok || !response.headers.get("Content-Type")?.startsWith("text/event-stream")) {
    yield { event: "answer.done", data: await read(response) };
    return;
  }
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let waiting = ""; ; ) {
    const { value, done } = await reader.read().catch(failed);
    if (done) return;
    const parts = (waiting + value).split(/\r?\n\r?\n/);
    waiting = parts.pop();
    for (const part of parts) {
      const field = (name) => part.match(new RegExp(`^${name}: ?(.*)$`, "m"))?.[1];
      if (field("event")) yield { event: field("event"), data: JSON.parse(field("data")) };
    }
  }
}

const posting = (body) => ({
  method: "POST",
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify(body),
});

const reach = (address, options) => fetch(address, options).catch(failed);

function failed(error) {
  throw error.name === "AbortError" ? error : new Failure();
}

async function read(response) {
  const { status, headers } = response;
  const request_id = headers.get("X-Request-ID");
  const body = await response.json().catch((error) => {
    throw error.name === "AbortError" ? error : new Failure({ status, request_id });
  });
  if (response.ok) return body;
  throw new Failure({ status, detail: body?.detail ?? null, request_id: body?.request_id ?? request_id });
}
