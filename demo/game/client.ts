import "violet-live/tags";
import "./game-board.ts";
