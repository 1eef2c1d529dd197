/* The helpers of every page: each improves markup that works without it. docs/front-end.md
   lists their attributes. Those of the office and of doctors alone are in office.js. */
import { autosave } from "./autosave.js";
import { chosen } from "./chosen.js";
import { copies } from "./copies.js";
import { errorSummary } from "./errors.js";
import { found } from "./found.js";
import { help } from "./help.js";
import { left } from "./left.js";
import { once } from "./once.js";
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
import { unsent } from "./unsent.js";
import { uploads } from "./uploads.js";

help([
  errorSummary,
  said,
  presses,
  passkeys,
  passwords,
  once,
  found,
  suggest,
  autosave,
  reveal,
  chosen,
  copies,
  left,
  photos,
  ticks,
  together,
  unsent,
  uploads,
  session,
  skips,
]);
