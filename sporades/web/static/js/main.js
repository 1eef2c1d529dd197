/* The helpers of every page: each improves markup that works without it. docs/front-end.md
   lists their attributes. */
import { autosave } from "./autosave.js";
import { chosen } from "./chosen.js";
import { errorSummary } from "./errors.js";
import { inFull } from "./in_full.js";
import { keys } from "./keys.js";
import { once } from "./once.js";
import { pages } from "./pages.js";
import { passkeys } from "./passkeys.js";
import { passwords } from "./passwords.js";
import { photos } from "./photos.js";
import { reveal } from "./reveal.js";
import { session } from "./session.js";
import { suggest } from "./suggest.js";
import { ticks } from "./ticks.js";
import { together } from "./together.js";
import { ticked } from "./ticked.js";
import { unsent } from "./unsent.js";
import { uploads } from "./uploads.js";

errorSummary();
passkeys();
pages();
passwords();
once();
keys();
suggest();
autosave();
ticked();
reveal();
chosen();
inFull();
photos();
ticks();
together();
unsent();
uploads();
session();
