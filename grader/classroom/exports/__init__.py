"""Scores in the formats of other systems, one module a format.

table         our own CSV, for people and spreadsheets
canvas        Canvas's gradebook export with one column filled in; roster says who is who there
canvas_feedback   the zip of reports that Canvas takes back
gradescope    results.json, and gradescope_zip the autograder that writes it there
prairielearn  results.json
junit         JUnit XML, for dashboards and CI

Every function is pure: scores in, text or bytes out, the same for the same scores. None ever turns
"a person has to decide" into a number: where a format has no word for it, the number is left out
and a sentence says why.
"""
