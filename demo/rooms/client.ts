import "violet-live/tags";
import "./room-talk.ts";
