/* What the browser keeps for us, where it does: one that refuses (private browsing, the rule of a firm)
   keeps nothing, and nothing else stops. kind: "localStorage", or "sessionStorage" for this tab. */
export function stored(kind, key) {
  try {
    return window[kind].getItem(key);
  } catch {
    return null;
  }
}

export function store(kind, key, value) {
  try {
    window[kind].setItem(key, value);
  } catch {
    /* Refused by the browser: it holds for this page. */
  }
}
