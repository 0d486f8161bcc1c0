// Browser storage that may be switched off: then nothing is remembered and nothing breaks.

export function recall(storage, key) {
  try {
    return window[storage].getItem(key);
  } catch {
    return null;
  }
}

export function remember(storage, key, value) {
  try {
    window[storage].setItem(key, value);
  } catch {
    // a reader who forbids storage still gets a working page
  }
}
