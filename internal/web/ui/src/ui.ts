// What every page may use: countdowns, the first error of a form that came back, and tables that fit a phone. Everything works without it.
import { countdowns } from "./lib/countdown";
import { focusErrors } from "./lib/forms";
import { tables } from "./lib/tables";

countdowns(document);
focusErrors(document);
tables(document);
