import "violet-live/tags";
import "./chat-room.ts";
