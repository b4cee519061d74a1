"""From the zip of a learning management system (LMS) to `submitted/`, through nbgrader's `zip_collect`."""
