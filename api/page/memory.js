// Browser storage that may be switched off, full or meddled with: then nothing is remembered and nothing breaks.

/** The value kept under `key`, else null. */
export function recall(storage, key) {
  try {
    return JSON.parse(window[storage].getItem(`cited-rag.${key}`));
  } catch {
    return null;
  }
}

export function remember(storage, key, value) {
  try {
    window[storage].setItem(`cited-rag.${key}`, JSON.stringify(value));
  } catch {
    // a reader who forbids storage still gets a working page
  }
}
