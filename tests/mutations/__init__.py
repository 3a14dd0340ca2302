"""Each rule of loss prevention switched off in turn, and the test that must notice.

A file for each kind of rule says which line is changed and which test turns red. Running the
package tries all of them in a copy of the project; a test of every day keeps the tables in step
with the code.
"""
