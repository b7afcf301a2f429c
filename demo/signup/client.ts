import "violet-live/tags";
import "./signup-form.ts";
