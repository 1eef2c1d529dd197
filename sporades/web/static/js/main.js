/* The helpers of every page: each improves markup that works without it. docs/front-end.md
   lists their attributes. */
import { autosave } from "./autosave.js";
import { chosen } from "./chosen.js";
import { copies } from "./copies.js";
import { errorSummary } from "./errors.js";
import { inFull } from "./in_full.js";
import { keys } from "./keys.js";
import { once } from "./once.js";
import { pages } from "./pages.js";
import { passkeys } from "./passkeys.js";
import { passwords } from "./passwords.js";
import { photos } from "./photos.js";
import { presses } from "./presses.js";
import { reveal } from "./reveal.js";
import { said } from "./said.js";
import { session } from "./session.js";
import { skips } from "./skips.js";
import { suggest } from "./suggest.js";
import { ticks } from "./ticks.js";
import { together } from "./together.js";
import { ticked } from "./ticked.js";
import { unsent } from "./unsent.js";
import { uploads } from "./uploads.js";

const HELPERS = [
  errorSummary,
  said,
  presses,
  passkeys,
  pages,
  passwords,
  once,
  keys,
  suggest,
  autosave,
  ticked,
  reveal,
  chosen,
  copies,
  inFull,
  photos,
  ticks,
  together,
  unsent,
  uploads,
  session,
  skips,
];

for (const help of HELPERS) {
  try {
    help();
  } catch (failure) {
    // One that fails keeps none of the others from helping, and is still seen to fail.
    Promise.reject(failure);
  }
}
