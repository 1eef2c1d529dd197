/* What is said to be left stays true while the page is open, in the words of core/french.py:
   <span data-left="540">9 minutes</span>, the seconds that were left as the page was asked for. */
const UNITS = [
  ["jour", 86400, Infinity],
  ["heure", 3600, 24],
  ["minute", 60, 60],
];

export function left() {
  const spans = [...document.querySelectorAll("[data-left]")];
  if (!spans.length) return;
  const asked = Date.now() - performance.now();
  const say = () => {
    const passed = (Date.now() - asked) / 1000;
    spans.forEach((span) => {
      const words = inWords(span.dataset.left - passed);
      if (span.textContent !== words) span.textContent = words;
    });
  };
  setInterval(say, 5000);
  // A device that slept wakes up late.
  document.addEventListener("visibilitychange", say);
}

function inWords(seconds) {
  if (seconds <= 0) return "0 minute";
  const counts = UNITS.map(([, unit, most]) => Math.floor(seconds / unit) % most);
  const first = counts.findIndex((count) => count > 0);
  if (first < 0) return "moins d'une minute";
  const said = counts.map((count, i) => count && `${count} ${UNITS[i][0]}${count > 1 ? "s" : ""}`);
  return said.slice(first, counts[0] > 1 ? 1 : first + 2).filter(Boolean).join(" et ");
}
