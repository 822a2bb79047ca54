"""Data as tables: one row a thing, one column a property.

``columns`` are the columns, ``cells`` what stands in one, ``rows`` makes triples of rows and back, ``sheets`` reads and
writes CSV and Excel, ``template`` makes tables to fill in, ``take`` takes tables in as files to check.
"""
