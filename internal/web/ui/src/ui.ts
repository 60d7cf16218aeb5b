// What every page may use: countdowns, and the first error of a form that came back. Everything works without it.
import { countdowns } from "./lib/countdown";
import { focusErrors } from "./lib/forms";

countdowns(document);
focusErrors(document);
