/* Says how many bytes a file has, to a tenth: « 2,3 Mo ». */
export function weight(size, round = Math.round) {
  const [unit, name] = size >= 1e6 ? [1e6, "Mo"] : [1e3, "Ko"];
  const tenths = Math.max(round((size / unit) * 10), 1);
  return `${(tenths / 10).toLocaleString("fr-FR")}\u00a0${name}`;
}
