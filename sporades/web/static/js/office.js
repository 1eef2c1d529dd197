/* The helpers of the pages of the office and of doctors, that a candidate's telephone does not fetch.
   They come before those of every page: docs/front-end.md. */
import { folds } from "./folds.js";
import { help } from "./help.js";
import { inFull } from "./in_full.js";
import { keys } from "./keys.js";
import { pages } from "./pages.js";
import { ticked } from "./ticked.js";

help([folds, pages, keys, ticked, inFull]);
