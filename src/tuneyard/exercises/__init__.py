"""Small Python exercises with tests, generated: a task on which fine-tuning shows in minutes.

An exercise asks for one short function; its tests run the function on fixed inputs. Three
families (``lists``, ``texts``, ``numbers``) compose an answer of two or three steps; which
compositions are for training, validation and test is settled by a hash of the composition.
"""
