/* Each helper improves what is on the page; one that fails keeps none of the others from helping, and
   is still seen to fail. */
export function help(helpers) {
  for (const one of helpers) {
    try {
      one();
    } catch (failure) {
      Promise.reject(failure);
    }
  }
}
