import "violet-live/tags";
import "./currency-search.ts";
