"""Walking circles: who reaches which kinds of facilities on foot, and the ground they serve."""
